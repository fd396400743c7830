import type { ContainerNode, Template } from '@argosy/workflow-spec';
import type { PodOutcome } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const member = (name: string, ...dependencies: string[]): ContainerNode => ({
  name,
  image: 'x',
  command: [name],
  ...(dependencies.length > 0 && { dependencies }),
});
const set: Template = {
  name: 'set',
  containerSet: { containers: [member('a'), member('b', 'a'), member('c', 'a'), member('main', 'b', 'c')] },
};
const main: Template = {
  name: 'main',
  steps: [[{ name: 'set', template: 'set' }], [{ name: 'after', template: 'after' }]],
};
const simulate = (outcome: PodOutcome): WorkflowSimulation =>
  new WorkflowSimulation(workflow([main, set, container('after')]), (pod) =>
    pod.template.containerSet ? outcome : {},
  );
const good: PodOutcome = {
  endsAfterMs: 9000,
  containers: {
    a: { endsAfterMs: 3000 },
    b: { endsAfterMs: 5000 },
    c: { endsAfterMs: 6000 },
    main: { endsAfterMs: 9000 },
  },
};

describe('a container set', () => {
  it('shows each of its containers, drawn as they wait for each other', () => {
    const run = simulate(good);
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].set',
      'wf[0].set: Pod Succeeded -> wf[0].set.a',
      'wf[0].set.a: Container Succeeded -> wf[0].set.b, wf[0].set.c',
      'wf[0].set.b: Container Succeeded -> wf[0].set.main',
      'wf[0].set.c: Container Succeeded -> wf[0].set.main',
      'wf[0].set.main: Container Succeeded -> wf[1]',
      'wf[1]: StepGroup Succeeded -> wf[1].after',
      'wf[1].after: Pod Succeeded',
    ]);
    expect(run.node('wf[0].set.b')).toMatchObject({
      displayName: 'b',
      boundaryID: run.node('wf[0].set').id,
      templateName: 'set',
      finishedAt: '2026-01-01T00:00:05Z',
    });
    expect(run.state.status.progress).toBe('6/6');
  });

  it('shows how far each container is', () => {
    const run = simulate(good);
    expect(run.pass().commands.map(({ type }) => type)).toEqual(['EnsurePod']);
    expect(run.node('wf[0].set.b').phase).toBe('Pending');
    run.run((state) =>
      [...state.nodes.values()].some((node) => node.displayName === 'a' && node.phase === 'Succeeded'),
    );
    expect(['a', 'b', 'main'].map((name) => run.node(`wf[0].set.${name}`).phase)).toEqual([
      'Succeeded',
      'Running',
      'Running',
    ]);
  });

  it('ends as soon as one of them has failed', () => {
    const run = simulate({ endsAfterMs: 'never', containers: { a: { endsAfterMs: 2000, exitCode: 3 }, b: {}, c: {} } });
    expect(run.run()).toBe('Failed');
    expect(run.node('wf[0].set.a')).toMatchObject({ phase: 'Failed', message: 'a: Error (exit code 3)' });
    expect(run.node('wf[0].set.main').phase).toBe('Failed');
    expect(run.world.pod(run.world.podNames()[0] ?? '')?.phase).toBe('Failed');
  });

  it('tells a container that could not start from one that failed', () => {
    const run = simulate({
      phase: 'Failed',
      containers: { a: { endsAfterMs: 1500, exitCode: 1 }, b: { endsAfterMs: 1500, exitCode: 64 } },
    });
    run.run();
    expect(run.node('wf[0].set.b')).toMatchObject({ phase: 'Error', message: 'b: Error (exit code 64)' });
  });

  it('takes its containers along when its pod goes', () => {
    const run = simulate({ ...good, vanishes: true, endsAfterMs: 4000 });
    run.run();
    expect(run.node('wf[0].set')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
    expect(run.node('wf[0].set.a').phase).toBe('Succeeded');
    expect(run.node('wf[0].set.main')).toMatchObject({ phase: 'Error', message: 'container deleted' });
  });

  it('is stopped whole, and is the same after a restart', () => {
    const calm = simulate(good);
    calm.run();
    const restarted = simulate(good);
    restarted.run(() => {
      restarted.restart();
      return false;
    });
    expect(restarted.tree()).toEqual(calm.tree());
    const stopped = simulate(good);
    stopped.run((state) => state.nodes.size > 3);
    stopped.intent({ type: 'StopRun' });
    expect(stopped.run()).toBe('Failed');
    expect(stopped.nodes().filter(({ phase }) => phase === 'Pending' || phase === 'Running')).toEqual([]);
  });

  it('starts over, members and all, when a failed run is retried', () => {
    let attempts = 0;
    const run = new WorkflowSimulation(workflow([main, set, container('after')]), (pod) => {
      if (!pod.template.containerSet) return {};
      return attempts++ === 0 ? { phase: 'Failed', containers: { a: { endsAfterMs: 1500, exitCode: 1 } } } : good;
    });
    expect(run.run()).toBe('Failed');
    run.sleep(5000);
    expect(run.intent({ type: 'RetryRun' })).toMatchObject({ ok: true });
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0].set.main').phase).toBe('Succeeded');
  });
});
