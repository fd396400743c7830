import type { EnsurePod } from '../model/command.js';
import { isFulfilled } from '../model/phases.js';
import { resubmit } from '../intents/resubmit.js';
import { hasOwnProgress } from '../policies/progress.policy.js';
import { projectWorkflow } from '../projections/workflow.js';
import { ScriptedWorld, WorkflowSimulation } from '../testing/index.js';
import type { PodOutcome } from '../testing/index.js';
import { randomScript, randomWorkflow } from '../testing/random-workflow.js';

const SEEDS = 50;

/** Runs that failed, of random workflows. */
function* failedRuns(
  script: (seed: number) => (pod: EnsurePod) => PodOutcome,
): Generator<[number, WorkflowSimulation]> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = new WorkflowSimulation(randomWorkflow(seed), script(seed));
    const phase = run.run();
    if (phase === 'Failed' || phase === 'Error') yield [seed, run];
  }
}

/** What a run that is over must look like. */
function expectOver(seed: number, run: WorkflowSimulation): void {
  const open = run.nodes().filter((node) => !isFulfilled(node.phase));
  expect({ seed, open: open.map(({ name, phase }) => [name, phase]) }).toEqual({ seed, open: [] });
  const reached = new Set<string>();
  const pending = run.nodes().flatMap(({ id, name }) => (name === run.state.workflow.metadata.name ? [id] : []));
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    pending.push(...(run.state.nodes.get(id as never)?.children ?? []));
  }
  const lost = run.nodes().filter(({ id, name }) => !reached.has(id) && !/\.onExit|\.hooks\./.test(name));
  expect({ seed, lost: lost.map(({ name }) => name) }).toEqual({ seed, lost: [] });
  const all = run
    .nodes()
    .filter(hasOwnProgress)
    .map(({ progress = '0/0' }) => Number(progress.split('/')[1]));
  const total = all.reduce((sum, count) => sum + count, 0);
  expect({ seed, total: Number(run.state.status.progress?.split('/')[1]) }).toEqual({ seed, total });
}

describe('any workflow that failed', () => {
  it('ends when it is retried by hand', () => {
    let isBroken = true;
    const mended = (seed: number) => {
      const script = randomScript(seed);
      return (pod: EnsurePod): PodOutcome => {
        const outcome = script(pod);
        return isBroken || pod.template.daemon
          ? outcome
          : { ...outcome, phase: 'Succeeded', exitCode: 0, vanishes: false };
      };
    };
    let count = 0;
    for (const [seed, run] of failedRuns(mended)) {
      run.sleep(60_000);
      isBroken = false;
      expect(run.intent({ type: 'RetryRun' })).toMatchObject({ ok: true });
      run.run();
      expectOver(seed, run);
      isBroken = true;
      count++;
    }
    expect(count).toBeGreaterThan(10);
  });

  it('ends when it is resubmitted with its results, which are not made again, also after a restart', () => {
    let kept = 0;
    for (const [seed, run] of failedRuns(randomScript)) {
      const { now } = run.world;
      const result = resubmit(projectWorkflow(run.state), { memoized: true, suffix: 'abcde', now });
      if (!result.ok) throw new Error(result.message);
      // Of a call that was tried several times only the last attempt counts.
      const skipped = Object.values(result.workflow.status?.nodes ?? {})
        .filter(({ phase, name }) => phase === 'Skipped' && !/\(\d+\)[.[]/.test(name))
        .map(({ name }) => name);
      const started: string[] = [];
      const script = (pod: EnsurePod): PodOutcome => {
        started.push(pod.nodeName);
        return pod.template.daemon ? { endsAfterMs: 'never' } : {};
      };
      const again = new WorkflowSimulation(result.workflow, script, new ScriptedWorld(script, now));
      again.pass();
      if (seed % 2 === 0) again.restart();
      again.run();
      expectOver(seed, again);
      expect({ seed, again: started.filter((name) => skipped.includes(name)) }).toEqual({ seed, again: [] });
      kept += skipped.length;
    }
    expect(kept).toBeGreaterThan(20);
  });
});
