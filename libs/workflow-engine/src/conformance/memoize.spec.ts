import type { Memoize, Template, WorkflowSpec } from '@argosy/workflow-spec';
import { container, ScriptedWorld, workflow, WorkflowSimulation } from '../testing/index.js';
import type { PodScript } from '../testing/index.js';

const memoize = (key = 'k', extra: Partial<Memoize> = {}): Memoize => ({
  key,
  cache: { configMap: { name: 'cache' } },
  ...extra,
});
const make = (extra: Template = {}): Template =>
  container('make', {
    memoize: memoize('{{inputs.parameters.in}}'),
    inputs: { parameters: [{ name: 'in', value: 'k' }] },
    outputs: { parameters: [{ name: 'out', valueFrom: { path: '/out' }, globalName: 'made' }] },
    ...extra,
  });
const script: PodScript = () => ({ parameters: { out: 'made of work' } });

/** One run after the other in the same world of caches. */
function runs(templates: Template[], spec: WorkflowSpec = {}) {
  const worlds: ScriptedWorld[] = [];
  return (settings: { script?: PodScript; startAt?: number } = {}): WorkflowSimulation => {
    const world = new ScriptedWorld(settings.script ?? script, settings.startAt);
    const [first = world] = worlds;
    world.memos = first.memos;
    worlds.push(world);
    return new WorkflowSimulation(workflow(templates, spec), undefined, world);
  };
}

describe('a memoized call', () => {
  it('runs once, and is known the next time, outputs and all', () => {
    const next = runs([{ ...make(), name: 'main' }]);
    const first = next();
    expect(first.run()).toBe('Succeeded');
    const status = { key: 'k', cacheName: 'cache' };
    expect(first.node('wf')).toMatchObject({ memoizationStatus: { hit: false, ...status }, progress: '1/1' });
    const outputs = { exitCode: '0', parameters: [{ name: 'out', value: 'made of work', globalName: 'made' }] };
    const madeAt = '2026-01-01T00:00:02Z';
    expect(Object.fromEntries(first.world.memos.entries)).toEqual({
      'cache/k': { nodeID: 'wf', outputs, creationTimestamp: madeAt, lastHitTimestamp: madeAt },
    });
    const second = next({ startAt: Date.UTC(2026, 5, 1) });
    expect(second.run()).toBe('Succeeded');
    expect(second.world.podNames()).toEqual([]);
    expect(second.node('wf')).toMatchObject({
      type: 'Pod',
      phase: 'Succeeded',
      memoizationStatus: { hit: true, ...status },
      outputs,
      inputs: { parameters: [{ name: 'in', value: 'k' }] },
    });
    expect(second.state.status.progress).toBe('1/1');
    expect(second.state.status.outputs?.parameters).toEqual([{ name: 'made', value: 'made of work' }]);
    expect(second.world.memos.entries.get('cache/k')).toMatchObject({
      creationTimestamp: madeAt,
      lastHitTimestamp: '2026-06-01T00:00:00Z',
    });
  });

  it('runs again once what is known is too old', () => {
    const next = runs([{ ...make({ memoize: memoize('k', { maxAge: '1h' }) }), name: 'main' }]);
    next().run();
    const young = next({ startAt: Date.UTC(2026, 0, 1, 1) });
    young.run();
    expect(young.world.podNames()).toEqual([]);
    const old = next({ startAt: Date.UTC(2026, 0, 1, 1, 0, 3) });
    old.run();
    expect(old.world.podNames()).toEqual(['wf']);
    expect(old.world.memos.entries.get('cache/k')?.creationTimestamp).toBe('2026-01-01T01:00:05Z');
  });

  it('is not remembered when it failed', () => {
    const run = runs([{ ...make(), name: 'main' }])({ script: () => ({ phase: 'Failed' }) });
    expect(run.run()).toBe('Failed');
    expect(run.world.memos.entries.size).toBe(0);
  });

  it.each([
    ['a key that is none', memoize('-k'), 'invalid cache key: -k'],
    ['an age that is none', memoize('k', { maxAge: 'old' }), 'invalid maxAge: "old" is no duration'],
    ['a cache that cannot be used', memoize('k', { cache: { configMap: { name: 'bad' } } }), 'not a cache'],
  ])('with %s is an error', (_what, settings, message) => {
    const run = runs([{ ...make({ memoize: settings }), name: 'main' }])();
    run.world.memos.problems.set('bad', 'not a cache');
    expect(run.run()).toBe('Error');
    expect(run.message).toContain(message);
    expect(run.world.podNames()).toEqual([]);
  });

  it('whose outputs cannot be kept is an error, though it succeeded', () => {
    const run = runs([{ ...make(), name: 'main' }])();
    run.world.memos.storeProblem = 'the ConfigMap is full';
    expect(run.run()).toBe('Error');
    expect(run.node('wf')).toMatchObject({ phase: 'Error', message: 'the ConfigMap is full' });
    run.world.memos.storeProblem = null;
    run.sleep(1000);
    run.intent({ type: 'RetryRun' });
    expect(run.run()).toBe('Succeeded');
  });

  it('may be steps, a DAG or retried, and hands on its outputs as if it had run', () => {
    const inner: Template = {
      name: 'inner',
      memoize: memoize('inner'),
      retryStrategy: { limit: 1 },
      steps: [[{ name: 'a', template: 'make' }]],
      outputs: { parameters: [{ name: 'o', valueFrom: { parameter: '{{steps.a.outputs.parameters.out}}' } }] },
    };
    const use = container('use', {
      inputs: { parameters: [{ name: 'x' }] },
      outputs: { parameters: [{ name: 'out', valueFrom: { path: '/out' } }] },
    });
    const main: Template = {
      name: 'main',
      steps: [
        [{ name: 'i', template: 'inner' }],
        [
          {
            name: 'u',
            template: 'use',
            arguments: { parameters: [{ name: 'x', value: '{{steps.i.outputs.parameters.o}}' }] },
          },
        ],
      ],
    };
    const next = runs([main, inner, make(), use]);
    const first = next();
    expect(first.run()).toBe('Succeeded');
    expect([...first.world.memos.entries.keys()].sort()).toEqual(['cache/inner', 'cache/k']);
    const second = next();
    expect(second.run()).toBe('Succeeded');
    expect(second.node('wf[0].i')).toMatchObject({ type: 'Retry', memoizationStatus: { hit: true } });
    expect(second.node('wf[1].u').inputs?.parameters).toEqual([{ name: 'x', value: 'made of work' }]);
    expect(second.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].i',
      'wf[0].i: Retry Succeeded -> wf[1]',
      'wf[1]: StepGroup Succeeded -> wf[1].u',
      'wf[1].u: Pod Succeeded',
    ]);
    second.world.memos.entries.delete('cache/inner');
    const third = next();
    expect(third.run()).toBe('Succeeded');
    expect(third.world.podNames()).toHaveLength(1);
    expect(third.world.memos.entries.has('cache/inner')).toBe(true);
  });

  it('with a mutex looks after it has the mutex, so that only the first of many works', () => {
    const main: Template = { name: 'main', steps: [[{ name: 'l', template: 'make', withSequence: { count: 3 } }]] };
    const run = runs([main, make({ synchronization: { mutexes: [{ name: 'm' }] } })])();
    expect(run.run()).toBe('Succeeded');
    expect(run.world.podNames()).toHaveLength(1);
    const hits = run.nodes().flatMap(({ memoizationStatus }) => memoizationStatus?.hit ?? []);
    expect(hits).toEqual([false, true, true]);
    expect(run.state.status.synchronization).toBeUndefined();
  });

  it('waits with its end until its outputs are kept, through lost effects and restarts', () => {
    const run = runs([{ ...make(), name: 'main' }])();
    run.run((state) => state.nodes.first()?.phase === 'Running');
    const { memos } = run.world;
    const perform = memos.store.bind(memos);
    let lost = 0;
    memos.store = (command) => (lost++ < 2 ? [command.key] : perform(command));
    run.run((state) => lost > 0 && state.nodes.first()?.resourcesDuration !== undefined);
    expect(run.node('wf').phase).toBe('Running');
    run.restart();
    expect(run.run()).toBe('Succeeded');
    expect(lost).toBe(3);
    expect(run.state.status).toMatchObject({ progress: '1/1', resourcesDuration: { cpu: 1, memory: 2 } });
  });

  it('ends at once when the run is ended while its outputs are on the way', () => {
    const run = runs([{ ...make(), name: 'main' }])();
    run.world.memos.store = ({ key }) => [key];
    let passes = 0;
    run.run((state) => state.nodes.first()?.resourcesDuration !== undefined || ++passes > 20);
    run.intent({ type: 'TerminateRun' });
    run.pass();
    expect(run.node('wf').phase).toBe('Succeeded');
  });

  it('runs its hooks when it is remembered too', () => {
    const main: Template = { name: 'main', steps: [[{ name: 's', template: 'make', onExit: 'bye' }]] };
    const next = runs([main, make(), container('bye')]);
    next().run();
    const second = next();
    expect(second.run()).toBe('Succeeded');
    expect(second.world.podNames().some((name) => name.includes('bye'))).toBe(true);
  });
});
