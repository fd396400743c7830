import type { Synchronization, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import { instant } from '../model/instant.js';
import { ScriptedLocks } from '../testing/scripted-locks.js';
import { ClusterSimulation, container, workflow, WorkflowSimulation } from '../testing/index.js';
import type { PodScript } from '../testing/index.js';

const MUTEX = 'default/Mutex/m';
const SEMAPHORE = 'default/ConfigMap/cm/k';
const mutex: Synchronization = { mutexes: [{ name: 'm' }] };
const semaphore: Synchronization = { semaphores: [{ configMapKeyRef: { name: 'cm', key: 'k' } }] };
const loop = (count: number, template = 'c'): Template => ({
  name: 'main',
  steps: [[{ name: 'l', template, withSequence: { count } }]],
});

class Cluster extends ClusterSimulation {
  start(name: string, spec: Workflow, { createdAt = '', script }: { createdAt?: string; script?: PodScript } = {}) {
    return this.add({ ...spec, metadata: { ...spec.metadata, name, creationTimestamp: createdAt } }, script);
  }
  pass(seconds: number): void {
    this.runTo(instant(this.now + seconds * 1000));
  }
  phases(): (string | undefined)[] {
    return [...this.runs.values()].map(({ state }) => state.status.phase);
  }
}

const locked = (synchronization: Synchronization, spec: WorkflowSpec = {}): Workflow =>
  workflow([container('main')], { synchronization, ...spec });

describe('a lock of a workflow', () => {
  it('keeps the workflow Pending until another one lets go, and tells for what it waits', () => {
    const cluster = new Cluster();
    const [a, b] = [cluster.start('a', locked(mutex)), cluster.start('b', locked(mutex))];
    cluster.pass(1);
    expect(a.state.status).toMatchObject({
      phase: 'Running',
      synchronization: { mutex: { holding: [{ mutex: MUTEX, holder: 'default/a' }] } },
    });
    expect(b.state.status).toEqual({
      phase: 'Pending',
      message: `Waiting for ${MUTEX} lock. Lock status: 0/1`,
      synchronization: { mutex: { waiting: [{ mutex: MUTEX, holder: 'default/a' }] } },
    });
    expect(b.state.workflow.metadata.labels).toMatchObject({ 'workflows.argoproj.io/phase': 'Pending' });
    expect(b.world.podNames()).toEqual([]);
    cluster.pass(1);
    expect(cluster.phases()).toEqual(['Succeeded', 'Running']);
    expect(a.state.status.synchronization).toBeUndefined();
    expect(b.message).toBe('');
    cluster.pass(3);
    expect(cluster.phases()).toEqual(['Succeeded', 'Succeeded']);
  });

  it('goes to the highest priority, then to the oldest', () => {
    const cluster = new Cluster();
    cluster.start('first', locked(mutex), { script: () => ({ endsAfterMs: 5000 }) });
    cluster.pass(1);
    cluster.start('young', locked(mutex), { createdAt: '2026-01-01T00:00:03Z' });
    cluster.start('old', locked(mutex), { createdAt: '2026-01-01T00:00:02Z' });
    cluster.start('urgent', locked(mutex, { priority: 5 }), { createdAt: '2026-01-01T00:00:04Z' });
    cluster.pass(20);
    const starts = [...cluster.runs].map(([key, run]) => [run.state.status.startedAt ?? '', key] as const);
    expect(starts.sort().map(([, key]) => key)).toEqual([
      'default/first',
      'default/urgent',
      'default/old',
      'default/young',
    ]);
  });

  it('has as many places as its ConfigMap says now, and none while that is 0', () => {
    const cluster = new Cluster();
    cluster.locks.limits.set(SEMAPHORE, 0);
    const script: PodScript = () => ({ endsAfterMs: 'never' });
    for (const name of ['a', 'b', 'c']) cluster.start(name, locked(semaphore), { script });
    cluster.pass(1);
    expect(cluster.runs.get('default/a')?.message).toBe(`Waiting for ${SEMAPHORE} lock. Lock status: 0/0`);
    cluster.locks.limits.set(SEMAPHORE, 2);
    cluster.pass(1);
    expect(cluster.phases()).toEqual(['Running', 'Running', 'Pending']);
    cluster.locks.limits.set(SEMAPHORE, 1);
    cluster.pass(1);
    expect(cluster.runs.get('default/c')?.message).toBe(`Waiting for ${SEMAPHORE} lock. Lock status: -1/1`);
  });

  it('is taken together with all others or not at all', () => {
    const cluster = new Cluster();
    const both = { mutexes: [{ name: 'm' }, { name: 'n' }] };
    const script: PodScript = () => ({ endsAfterMs: 'never' });
    cluster.start('a', locked({ mutexes: [{ name: 'n' }] }), { script });
    cluster.pass(1);
    const b = cluster.start('b', locked(both), { createdAt: '1', script });
    cluster.start('c', locked(mutex), { createdAt: '2', script });
    cluster.pass(1);
    expect(b.message).toBe('Waiting for default/Mutex/n lock. Lock status: 0/1');
    expect(b.state.status.synchronization?.mutex?.holding).toBeUndefined();
    expect(cluster.phases()).toEqual(['Running', 'Pending', 'Pending']);
    cluster.runs.get('default/a')?.intent({ type: 'TerminateRun' });
    cluster.pass(1);
    expect(cluster.phases()).toEqual(['Failed', 'Running', 'Pending']);
  });

  it('that does not exist ends the workflow', () => {
    const run = new WorkflowSimulation(locked(semaphore));
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe(`Failed to acquire the synchronization lock. ${SEMAPHORE} has no limit`);
    const broken = new WorkflowSimulation(locked({ mutexes: [{ name: '' }] }));
    expect(broken.run()).toBe('Failed');
    expect(broken.message).toContain('a lock needs a name');
  });

  it('may be named by a parameter', () => {
    const args = { parameters: [{ name: 'lock', value: 'm' }] };
    const run = new WorkflowSimulation(
      locked({ mutexes: [{ name: '{{workflow.parameters.lock}}' }] }, { arguments: args }),
    );
    run.pass();
    expect(run.state.status.synchronization?.mutex?.holding?.[0]?.mutex).toBe(MUTEX);
  });

  it.each(['StopRun', 'TerminateRun'] as const)('is no longer waited for after %s', (type) => {
    const cluster = new Cluster();
    cluster.start('a', locked(mutex), { script: () => ({ endsAfterMs: 'never' }) });
    cluster.pass(1);
    const b = cluster.start('b', locked(mutex), { createdAt: '1' });
    cluster.pass(1);
    b.intent({ type });
    cluster.pass(1);
    expect(b.state.status.phase).toBe('Failed');
    expect(b.message).toMatch(/^Stopped with strategy/);
    expect(b.state.status.synchronization).toBeUndefined();
    expect(cluster.locks.table.turns()).toEqual([]);
  });

  it('is taken anew when the workflow is retried', () => {
    const cluster = new Cluster();
    const a = cluster.start('a', locked(mutex), { script: () => ({ phase: 'Failed' }) });
    cluster.pass(4);
    cluster.start('b', locked(mutex), { script: () => ({ endsAfterMs: 'never' }) });
    cluster.pass(1);
    expect(a.intent({ type: 'RetryRun' }).ok).toBe(true);
    cluster.pass(1);
    expect(cluster.phases()).toEqual(['Pending', 'Running']);
  });
});

describe('a workflow while too many others run', () => {
  it('is Pending with the message of Argo until there is room, and can be stopped meanwhile', () => {
    const run = new WorkflowSimulation(workflow([container('main')]));
    run.world.isPostponed = true;
    run.run();
    expect(run.state.status).toEqual({
      phase: 'Pending',
      message: 'Workflow processing has been postponed because too many workflows are already running',
    });
    const stopped = new WorkflowSimulation(workflow([container('main')]));
    stopped.world.isPostponed = true;
    stopped.run();
    stopped.intent({ type: 'TerminateRun' });
    expect(stopped.run()).toBe('Failed');
    run.world.isPostponed = false;
    expect(run.run()).toBe('Succeeded');
  });
});

describe('a lock of a template', () => {
  it('lets as many calls run at once as it has places, the others wait with a node of their own', () => {
    const run = new WorkflowSimulation(workflow([loop(4), container('c', { synchronization: semaphore })]));
    run.world.locks.limits.set(SEMAPHORE, 2);
    run.pass();
    const nodes = run.nodes().filter(({ type }) => type === 'Pod');
    expect(nodes.map(({ name, phase, message }) => `${name} ${phase} ${message ?? ''}`)).toEqual([
      'wf[0].l(0:0) Pending ',
      'wf[0].l(1:1) Pending ',
      `wf[0].l(2:2) Pending Waiting for ${SEMAPHORE} lock. Lock status: 0/2`,
      `wf[0].l(3:3) Pending Waiting for ${SEMAPHORE} lock. Lock status: 0/2`,
    ]);
    const [first, second, third] = nodes;
    const holders = [`default/wf/${first?.id}`, `default/wf/${second?.id}`];
    expect(run.state.status.synchronization).toEqual({
      semaphore: { holding: [{ semaphore: SEMAPHORE, holders }], waiting: [{ semaphore: SEMAPHORE, holders }] },
    });
    expect(third?.synchronizationStatus).toEqual({ waiting: SEMAPHORE });
    expect([third?.progress, run.state.status.progress]).toEqual(['0/1', '0/4']);
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(2);
    expect(run.state.status.synchronization).toBeUndefined();
    expect(run.nodes().some((node) => node.synchronizationStatus || node.message)).toBe(false);
    expect(run.state.status.progress).toBe('4/4');
  });

  it('is held by steps and DAGs for all that is in them', () => {
    const inner: Template = {
      name: 'inner',
      synchronization: mutex,
      steps: [[{ name: 'a', template: 'c' }], [{ name: 'b', template: 'c' }]],
    };
    const dag: Template = { name: 'graph', synchronization: mutex, dag: { tasks: [{ name: 't', template: 'c' }] } };
    const main: Template = {
      name: 'main',
      steps: [
        [
          { name: 'x', template: 'inner' },
          { name: 'y', template: 'graph' },
        ],
      ],
    };
    const run = new WorkflowSimulation(workflow([main, inner, dag, container('c')]));
    run.pass();
    expect(run.node('wf[0].y')).toMatchObject({ type: 'DAG', phase: 'Pending' });
    run.run((state) => state.nodes.some(({ name, phase }) => name === 'wf[0].x[1].b' && phase === 'Running'));
    expect(run.node('wf[0].y').phase).toBe('Pending');
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(1);
    expect(run.node('wf[0].y').outboundNodes).toEqual([run.node('wf[0].y.t').id]);
  });

  it('is kept by a retried call between its attempts', () => {
    const c = container('c', {
      synchronization: mutex,
      retryStrategy: { limit: 2, backoff: { duration: 30 } },
    });
    const script: PodScript = ({ nodeName }) => ({ phase: nodeName.endsWith('l(0:0)(0)') ? 'Failed' : 'Succeeded' });
    const run = new WorkflowSimulation(workflow([loop(2), c]), script);
    run.pass();
    expect(run.node('wf[0].l(1:1)')).toMatchObject({ type: 'Retry', phase: 'Pending' });
    run.run((state) => state.nodes.some(({ message }) => message?.startsWith('Backoff') ?? false));
    expect(run.node('wf[0].l(1:1)').phase).toBe('Pending');
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(1);
    expect(run.tree().filter((line) => line.includes('Retry'))).toEqual([
      'wf[0].l(0:0): Retry Succeeded -> wf[0].l(0:0)(0), wf[0].l(0:0)(1)',
      'wf[0].l(1:1): Retry Succeeded -> wf[0].l(1:1)(0)',
    ]);
  });

  it('works for every kind, suspended nodes too', () => {
    const pause: Template = { name: 'c', synchronization: mutex, suspend: { duration: 5 } };
    const run = new WorkflowSimulation(workflow([loop(3), pause]));
    const start = run.world.now;
    expect(run.run()).toBe('Succeeded');
    expect(run.world.now - start).toBe(15_000);
  });

  it('is shared with other runs, whose turn comes by rank', () => {
    const cluster = new Cluster();
    const spec = workflow([loop(2), container('c', { synchronization: mutex })]);
    const script: PodScript = () => ({ endsAfterMs: 5000 });
    cluster.start('b', spec, { createdAt: '2', script });
    cluster.pass(1);
    cluster.start('a', spec, { createdAt: '1', script });
    cluster.pass(5);
    const running = (name: string) =>
      cluster.runs
        .get(`default/${name}`)
        ?.nodes()
        .map(({ type, phase }) => (type === 'Pod' ? phase : ''))
        .join('');
    expect([running('a'), running('b')]).toEqual(['RunningPending', 'SucceededPending']);
    cluster.pass(20);
    expect(cluster.phases()).toEqual(['Succeeded', 'Succeeded']);
  });

  it('is let go when its call is stopped, fails, or times out while it waits', () => {
    const c = container('c', { synchronization: mutex, timeout: '10s' });
    const run = new WorkflowSimulation(workflow([loop(2), c]), () => ({ endsAfterMs: 'never' }));
    run.run();
    expect(run.nodes().map(({ name, message }) => `${name} ${message ?? ''}`)).toContain('wf[0].l(1:1) timeout');
    expect(run.state.status.synchronization).toBeUndefined();
    const stopped = new WorkflowSimulation(workflow([loop(2), container('c', { synchronization: mutex })]));
    stopped.pass();
    stopped.intent({ type: 'TerminateRun' });
    expect(stopped.run()).toBe('Failed');
    expect(stopped.node('wf[0].l(1:1)')).toMatchObject({
      phase: 'Failed',
      message: "Stopped with strategy 'Terminate'",
    });
    expect(stopped.node('wf[0].l(1:1)').synchronizationStatus).toBeUndefined();
  });

  it('is let go when a person ends the node that holds it', () => {
    const pause: Template = { name: 'c', synchronization: mutex, suspend: {} };
    const run = new WorkflowSimulation(workflow([loop(2), pause]));
    run.run();
    const { synchronization } = run.state.status;
    expect(synchronization?.mutex?.holding?.[0]?.holder).toBe(`default/wf/${run.node('wf[0].l(0:0)').id}`);
    run.intent({ type: 'ResumeRun' });
    run.pass();
    expect(run.node('wf[0].l(1:1)').phase).toBe('Running');
    run.intent({ type: 'ResumeRun' });
    expect(run.run()).toBe('Succeeded');
  });

  it('serves requests, daemons and hooks as it serves pods', () => {
    const http: Template = { name: 'h', synchronization: mutex, http: { url: 'http://x' } };
    const daemon = container('d', { synchronization: { mutexes: [{ name: 'n' }] }, daemon: true });
    const main: Template = {
      name: 'main',
      steps: [[{ name: 'd', template: 'd' }], [{ name: 'l', template: 'h', withItems: [1, 2], onExit: 'bye' }]],
    };
    const after: Template = {
      name: 'whole',
      steps: [[{ name: 'a', template: 'main' }], [{ name: 'b', template: 'main' }]],
    };
    const bye = container('bye', { synchronization: mutex });
    const run = new WorkflowSimulation(workflow([after, main, http, daemon, bye], { entrypoint: 'whole' }), (pod) =>
      pod.template.daemon ? { endsAfterMs: 'never' } : {},
    );
    run.run((state) => state.nodes.some(({ type }) => type === 'HTTP'));
    expect(run.state.status.synchronization?.mutex?.holding?.map(({ mutex: name }) => name)).toContain(
      'default/Mutex/n',
    );
    expect(run.run()).toBe('Succeeded');
    expect(run.nodes().filter(({ name }) => name.endsWith('.onExit'))).toHaveLength(4);
    expect(run.state.status.synchronization).toBeUndefined();
  });

  it('that does not exist makes the node Error', () => {
    const run = new WorkflowSimulation(workflow([container('main', { synchronization: semaphore })]));
    expect(run.run()).toBe('Error');
    expect(run.message).toBe(`error in entry template execution: ${SEMAPHORE} has no limit`);
  });

  it('runs the exit hook of a call that ended while it waited', () => {
    const main: Template = {
      name: 'main',
      steps: [
        [
          { name: 'a', template: 'long' },
          { name: 'b', template: 'c', onExit: 'bye' },
        ],
      ],
    };
    const c = container('c', { synchronization: mutex, timeout: '3s' });
    const long = container('long', { synchronization: mutex });
    const script: PodScript = ({ nodeName }) => ({ endsAfterMs: nodeName.endsWith('.a') ? 60_000 : 2000 });
    const run = new WorkflowSimulation(workflow([main, c, long, container('bye')]), script);
    run.run();
    expect(run.node('wf[0].b')).toMatchObject({ phase: 'Failed', message: 'timeout' });
    expect(run.node('wf[0].b.onExit').phase).toBe('Succeeded');
  });

  it('survives a restart with what was held and what waited', () => {
    const run = new WorkflowSimulation(workflow([loop(3), container('c', { synchronization: mutex })]));
    run.run((state) => state.nodes.some(({ phase }) => phase === 'Running'));
    const before = run.tree();
    const { synchronization } = run.state.status;
    run.restart();
    run.world.locks = new ScriptedLocks();
    run.pass();
    expect(run.tree()).toEqual(before);
    expect(run.state.status.synchronization).toEqual(synchronization);
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(1);
    expect(Math.max(...run.world.created.values())).toBe(1);
  });

  it('does not count a call that waits as a running pod, nor block others while the run is suspended', () => {
    const main: Template = {
      name: 'main',
      dag: {
        tasks: [
          { name: 'a', template: 'c' },
          { name: 'b', template: 'c' },
          { name: 'd', template: 'free' },
        ],
      },
    };
    const spec = workflow([main, container('c', { synchronization: mutex }), container('free')], { parallelism: 2 });
    const run = new WorkflowSimulation(spec);
    run.pass();
    expect(run.world.podNames()).toHaveLength(2);
    run.intent({ type: 'SuspendRun' });
    run.pass();
    expect(run.world.locks.table.turns()).toEqual([]);
    expect(run.state.status.synchronization?.mutex?.holding).toHaveLength(1);
    run.intent({ type: 'ResumeRun' });
    expect(run.run()).toBe('Succeeded');
  });

  it('serves thousands of calls without looking at all of them again and again', () => {
    const run = new WorkflowSimulation(workflow([loop(2000), container('c', { synchronization: semaphore })]));
    run.world.locks.limits.set(SEMAPHORE, 100);
    expect(run.run()).toBe('Succeeded');
    expect(run.mostPodsAtOnce).toBe(100);
  });
});
