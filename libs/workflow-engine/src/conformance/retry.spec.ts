import type { RetryStrategy } from '@argosy/workflow-spec';
import type { PodScript } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const simulate = (retryStrategy: RetryStrategy, script: PodScript): WorkflowSimulation => {
  const run = new WorkflowSimulation(
    workflow([
      container('main', {
        retryStrategy,
        container: { image: 'x', args: ['{{retries}} {{lastRetry.exitCode}} {{pod.name}}'] },
      }),
    ]),
    script,
  );
  run.run();
  return run;
};
const failing =
  (times: number): PodScript =>
  (pod) =>
    (pod.retryAttempt ?? 0) < times ? { phase: 'Failed', exitCode: 3 } : { result: 'ok' };

describe('a retried template', () => {
  it('makes an attempt of its own for every try and takes over what the good one gave', () => {
    const run = simulate({ limit: 5 }, failing(2));
    expect(run.tree()).toEqual([
      'wf: Retry Succeeded -> wf(0), wf(1), wf(2)',
      'wf(0): Pod Failed (main: Error (exit code 3))',
      'wf(1): Pod Failed (main: Error (exit code 3))',
      'wf(2): Pod Succeeded',
    ]);
    expect(run.node('wf').outputs?.result).toBe('ok');
    expect(run.node('wf(1)')).toMatchObject({ nodeFlag: { retried: true }, displayName: 'wf(1)' });
  });

  it('knows in each attempt how the last one went', () => {
    const args: unknown[] = [];
    simulate({ limit: 1 }, (pod) => {
      args.push(pod.template.container?.args?.[0]);
      return { phase: 'Failed', exitCode: 9 };
    });
    expect(args).toEqual([expect.stringMatching(/^0 0 wf-main-\d+$/), expect.stringMatching(/^1 9 wf-main-\d+$/)]);
  });

  it('gives up at the limit, which does not count the first try', () => {
    const run = simulate({ limit: '2' }, failing(9));
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: 'No more retries left' });
    expect(run.node('wf').children).toHaveLength(3);
    expect(run.message).toBe('No more retries left');
  });

  it('waits longer and longer, says so, and stays within the cap', () => {
    const run = new WorkflowSimulation(
      workflow([container('main', { retryStrategy: { limit: 4, backoff: { duration: '1m', factor: 2, cap: '3m' } } })]),
      failing(9),
    );
    const messages = new Set<string>();
    run.run((state) => {
      messages.add([...state.nodes.values()].find((node) => node.type === 'Retry')?.message ?? '');
      return false;
    });
    expect([...messages]).toEqual([
      '',
      'Backoff for 1 minutes 0 seconds',
      'Backoff for 2 minutes 0 seconds',
      'Backoff for 3 minutes 0 seconds',
      'No more retries left',
    ]);
    const starts = run
      .nodes()
      .filter((node) => node.type === 'Pod')
      .map((node) => Date.parse(node.startedAt ?? ''));
    expect(starts.slice(1).map((at, i) => at - (starts[i] ?? 0))).toEqual([62_000, 122_000, 182_000, 182_000]);
  });

  it('stops early when the wait would pass maxDuration', () => {
    const run = simulate({ limit: 9, backoff: { duration: '30', factor: 2, maxDuration: '1m' } }, failing(9));
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: 'Backoff would exceed max duration limit' });
    expect(run.node('wf').children).toHaveLength(2);
  });

  it('retries failures but not errors unless told to', () => {
    const error: PodScript = () => ({ phase: 'Error', message: 'pod could not start' });
    expect(simulate({ limit: 2 }, error).node('wf')).toMatchObject({ phase: 'Error', message: 'pod could not start' });
    expect(simulate({ limit: 2, retryPolicy: 'OnError' }, error).node('wf').children).toHaveLength(3);
    expect(simulate({ limit: 2, retryPolicy: 'OnError' }, failing(9)).node('wf').children).toHaveLength(1);
    expect(simulate({ limit: 2, retryPolicy: 'Always' }, error).node('wf').children).toHaveLength(3);
    const quota: PodScript = () => ({ phase: 'Error', message: 'pods "x" is forbidden: exceeded quota: q' });
    expect(simulate({ limit: 1, retryPolicy: 'OnTransientError' }, quota).node('wf').children).toHaveLength(2);
  });

  it('asks its expression, and then retries errors as well', () => {
    const run = simulate({ limit: 9, expression: 'asInt(lastRetry.exitCode) < 2' }, (pod) => ({
      phase: 'Error',
      exitCode: pod.retryAttempt ?? 0,
    }));
    expect(run.node('wf')).toMatchObject({ phase: 'Error', message: 'retryStrategy.expression evaluated to false' });
    expect(run.node('wf').children).toHaveLength(3);
  });

  it('refuses a backoff without a duration', () => {
    expect(simulate({ limit: 1, backoff: { factor: 2 } }, failing(9)).node('wf')).toMatchObject({
      phase: 'Error',
      message: 'no base duration specified for retryStrategy',
    });
  });

  it('keeps away from hosts where it failed when asked to', () => {
    const avoided: unknown[] = [];
    simulate({ limit: 2, affinity: { nodeAntiAffinity: {} } }, (pod) => {
      avoided.push(pod.avoidHosts);
      return { phase: 'Failed', hostNodeName: `host-${pod.retryAttempt}` };
    });
    expect(avoided).toEqual([[], ['host-0'], ['host-0', 'host-1']]);
  });

  it('may be steps as a whole', () => {
    const run = new WorkflowSimulation(
      workflow([
        { name: 'main', retryStrategy: { limit: 1 }, steps: [[{ name: 'a', template: 'c' }]] },
        container('c'),
      ]),
      (pod) => (pod.nodeName.startsWith('wf(0)') ? { phase: 'Failed' } : {}),
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Retry Succeeded -> wf(0), wf(1)',
      expect.stringMatching(/^wf\(0\): Steps Failed/),
      expect.stringMatching(/^wf\(0\)\[0\]: StepGroup Failed/),
      'wf(0)[0].a: Pod Failed (main: Error (exit code 1))',
      'wf(1): Steps Succeeded -> wf(1)[0]',
      'wf(1)[0]: StepGroup Succeeded -> wf(1)[0].a',
      'wf(1)[0].a: Pod Succeeded',
    ]);
  });

  it('applies the strategy of the workflow to templates without one', () => {
    const run = new WorkflowSimulation(workflow([container('main')], { retryStrategy: { limit: 1 } }), failing(1));
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf').type).toBe('Retry');
  });
});

describe('a pod that is gone', () => {
  it('is made again when it had not run, and lost when it had', () => {
    const vanishing =
      (runsAfterMs: number): PodScript =>
      (pod) =>
        pod.nodeName === 'wf' ? { vanishes: true, runsAfterMs, endsAfterMs: 20_000 } : {};
    const lost = new WorkflowSimulation(workflow([container('main')]), vanishing(1000));
    expect(lost.run()).toBe('Error');
    expect(lost.message).toBe('pod deleted');
    const run = new WorkflowSimulation(workflow([container('main')]));
    run.pass();
    run.world.remove('wf');
    expect(run.run()).toBe('Succeeded');
    expect(run.world.created.get('wf')).toBe(2);
  });

  it('is waited for a little while after its start, because caches lag behind', () => {
    const run = new WorkflowSimulation(workflow([container('main')]), () => ({ endsAfterMs: 'never' }));
    run.run((state) => state.nodes.first()?.phase === 'Running');
    run.world.remove('wf');
    run.sleep(1000);
    expect(run.node('wf').phase).toBe('Running');
    run.state = { ...run.state, index: null };
    run.sleep(1000);
    expect(run.node('wf').phase).toBe('Running');
    expect(run.run()).toBe('Error');
    expect(run.world.now).toBe(Date.UTC(2026, 0, 1) + 10_000);
  });
});
