import { attempts, fails, hangs, SimulatedCluster, succeeds } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun } from '@argosy/sdk/testing';
import { begin, lines, phases, play } from './play.js';

const MUTEX = '{ mutexes: [{ name: m }] }';
const SEMAPHORE = '{ semaphores: [{ configMapKeyRef: { name: limits, key: deploys } }] }';
const minute = succeeds({ pending: 0, runs: '1m' });

type PodBehaviour = PodScripts[string];

/** A workflow of one pod, which takes a minute, that holds locks from its first moment to its last. */
const locking =
  (cluster: SimulatedCluster, synchronization: string) =>
  (name: string, { pod = minute, more = '' }: { pod?: PodBehaviour; more?: string } = {}): SimulatedRun =>
    begin(
      'main: { container: { image: x } }',
      { main: pod },
      {
        cluster,
        metadata: `name: ${name}`,
        spec: `{ synchronization: ${synchronization}, ${more} }`,
      },
    );

/** When each run got its turn, in seconds from the beginning. */
const turns = (runs: readonly SimulatedRun[]): Record<string, number | null> =>
  Object.fromEntries(
    runs.map(({ workflow: { metadata, status } }) => [
      metadata.name ?? '',
      status?.startedAt === undefined ? null : (Number(new Date(status.startedAt)) - Date.UTC(2026, 0, 1)) / 1000,
    ]),
  );

describe('a lock of a workflow', () => {
  it('keeps other workflows Pending until the one that has it has ended', () => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, MUTEX);
    const [a, b] = [add('a'), add('b')];
    expect(a.workflow.status?.synchronization).toEqual({
      mutex: { holding: [{ mutex: 'default/Mutex/m', holder: 'default/a' }] },
    });
    expect(b.phase).toBe('Pending');
    expect(b.message).toBe('Waiting for default/Mutex/m lock. Lock status: 0/1');
    expect(b.nodes).toEqual([]);
    cluster.at('1m');
    expect([a.phase, b.phase, b.message]).toEqual(['Succeeded', 'Running', '']);
  });

  it('is held until its exit handler is through', () => {
    const cluster = new SimulatedCluster();
    const spec = `{ synchronization: ${MUTEX}, onExit: bye }`;
    const templates = '{ main: { container: { image: x } }, bye: { container: { image: x } } }';
    const [a, b] = ['a', 'b'].map((name) =>
      begin(templates, { '*': minute }, { cluster, spec, metadata: `name: ${name}` }),
    );
    cluster.at('119s');
    expect([a?.node('a.onExit').phase, b?.phase]).toEqual(['Running', 'Pending']);
    cluster.at('2m');
    expect([a?.phase, b?.phase]).toEqual(['Succeeded', 'Running']);
  });

  it('goes to the highest priority, and among equals to the oldest', () => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, MUTEX);
    const runs = [add('first')];
    cluster.after('1s');
    runs.push(add('old'));
    cluster.after('1s');
    runs.push(add('young'));
    cluster.after('1s');
    runs.push(add('urgent', { more: 'priority: 5' }));
    cluster.finish();
    expect(turns(runs)).toEqual({ first: 0, urgent: 60, old: 120, young: 180 });
  });

  it.each<[string, PodBehaviour, (run: SimulatedRun) => SimulatedRun]>([
    ['fails', fails({ pending: 0, runs: '10s' }), (run) => run.at('10s')],
    ['is stopped', hangs(), (run) => run.at('10s').stop()],
    ['is terminated', hangs(), (run) => run.at('10s').terminate()],
  ])('is free as soon as the workflow %s', (_, pod, end) => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, MUTEX);
    const [a, b] = [add('a', { pod }), add('b')];
    end(a);
    expect([a.phase, b.phase]).toEqual(['Failed', 'Running']);
  });

  it('is not waited for by a workflow that is stopped: it fails without having begun', () => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, MUTEX);
    const [, b, c] = [add('a'), add('b'), add('c')];
    b.stop();
    expect([b.phase, b.message, b.nodes]).toEqual(['Failed', "Stopped with strategy 'Stop'", []]);
    cluster.at('1m');
    expect(c.phase).toBe('Running');
  });

  it('has to be had anew for a retry', () => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, MUTEX);
    const [a, b] = [add('a', { pod: attempts(fails(), succeeds()) }), add('b')];
    cluster.at('5s');
    a.retry();
    expect([a.phase, b.phase]).toEqual(['Pending', 'Running']);
    cluster.finish();
    expect([a.phase, b.phase]).toEqual(['Succeeded', 'Succeeded']);
  });

  it('may be named by parameters of the workflow, so that only runs for the same thing wait for each other', () => {
    const cluster = new SimulatedCluster();
    const add = locking(cluster, "{ mutexes: [{ name: 'deploy-{{workflow.parameters.to}}' }] }");
    const to = (value: string) => ({ more: `arguments: { parameters: [{ name: to, value: ${value} }] }` });
    const runs = [add('a', to('prod')), add('b', to('test')), add('c', to('prod'))];
    expect(runs.map(({ phase }) => phase)).toEqual(['Running', 'Running', 'Pending']);
    expect(runs[2]?.message).toContain('default/Mutex/deploy-prod');
  });
});

describe('a semaphore', () => {
  const configMaps = { limits: { deploys: '2' } };

  it('has as many places as its ConfigMap says', () => {
    const cluster = new SimulatedCluster({ configMaps });
    const add = locking(cluster, SEMAPHORE);
    const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => add(name));
    expect(runs[2]?.message).toBe('Waiting for default/ConfigMap/limits/deploys lock. Lock status: 0/2');
    cluster.finish();
    expect(turns(runs)).toEqual({ a: 0, b: 0, c: 60, d: 60, e: 120 });
  });

  it('has more or less of them as soon as the ConfigMap says so; nobody has to give up a place', () => {
    const cluster = new SimulatedCluster({ configMaps });
    const add = locking(cluster, SEMAPHORE);
    const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => add(name, { pod: hangs() }));
    const phasesNow = () => runs.map(({ phase }) => phase[0]).join('');
    expect(phasesNow()).toBe('RRPPP');
    cluster.setConfigMap('limits', { deploys: '3' });
    expect(phasesNow()).toBe('RRRPP');
    cluster.setConfigMap('limits', { deploys: '1' });
    expect(phasesNow()).toBe('RRRPP');
    expect(runs[3]?.message).toBe('Waiting for default/ConfigMap/limits/deploys lock. Lock status: -2/1');
  });

  it('without a place lets nobody in, until it has one', () => {
    const cluster = new SimulatedCluster({ configMaps: { limits: { deploys: '0' } } });
    const a = locking(cluster, SEMAPHORE)('a');
    cluster.at('1h');
    expect(a.message).toBe('Waiting for default/ConfigMap/limits/deploys lock. Lock status: 0/0');
    cluster.setConfigMap('limits', { deploys: '1' });
    expect(a.phase).toBe('Running');
  });

  it('that does not exist is a failure of the workflow, or an error of the call', () => {
    const whole = locking(new SimulatedCluster(), SEMAPHORE)('wf');
    expect(whole.phase).toBe('Failed');
    expect(whole.message).toMatch(
      /^Failed to acquire the synchronization lock\. .*default\/ConfigMap\/limits\/deploys/,
    );
    const cluster = new SimulatedCluster();
    const templates = `
      main: { steps: [[{ name: a, template: l }, { name: b, template: c }]] }
      l: { synchronization: ${SEMAPHORE}, container: { image: x } }`;
    const call = play(templates, {}, { cluster });
    expect(call.tree).toEqual(
      lines(`
        wf: Steps Failed (step group deemed errored due to child wf[0].a error: default/ConfigMap/limits/deploys has no limit) -> [0]
        [0]: StepGroup Error (step group deemed errored due to child wf[0].a error: default/ConfigMap/limits/deploys has no limit) -> [0].a
        [0].a: Skipped Error (default/ConfigMap/limits/deploys has no limit)`),
    );
    cluster.setConfigMap('limits', { deploys: '1' });
    expect(phases(call.retry().finish())).toEqual({ a: 'Succeeded', b: 'Succeeded' });
  });

  it('of another namespace is shared by all namespaces that name it', () => {
    const cluster = new SimulatedCluster({ configMaps: { 'ops/limits': { deploys: '1' } } });
    const everywhere = `{ semaphores: [{ namespace: ops, configMapKeyRef: { name: limits, key: deploys } }] }`;
    const [a, b] = ['one', 'two'].map((namespace) =>
      begin(
        'main: { container: { image: x } }',
        { main: minute },
        {
          cluster,
          metadata: `{ name: wf, namespace: ${namespace} }`,
          spec: `synchronization: ${everywhere}`,
        },
      ),
    );
    expect([a?.phase, b?.phase]).toEqual(['Running', 'Pending']);
    expect(a?.workflow.status?.synchronization?.semaphore?.holding).toEqual([
      { semaphore: 'ops/ConfigMap/limits/deploys', holders: ['one/wf'] },
    ]);
  });
});

describe('several locks', () => {
  it('are had together or not at all', () => {
    const cluster = new SimulatedCluster();
    const first = locking(cluster, '{ mutexes: [{ name: n }] }')('first');
    const both = locking(cluster, '{ mutexes: [{ name: m }, { name: n }] }')('both');
    expect(both.message).toBe('Waiting for default/Mutex/n lock. Lock status: 0/1');
    expect(both.workflow.status?.synchronization?.mutex?.holding).toBeUndefined();
    cluster.at('1m');
    expect([first.phase, both.phase]).toEqual(['Succeeded', 'Running']);
    const holding = both.workflow.status?.synchronization?.mutex?.holding?.map(({ mutex }) => mutex);
    expect(holding).toEqual(['default/Mutex/m', 'default/Mutex/n']);
  });

  it('may be of both sorts: semaphores are asked for first', () => {
    const cluster = new SimulatedCluster({ configMaps: { limits: { deploys: '1' } } });
    const either = '{ mutexes: [{ name: m }], semaphores: [{ configMapKeyRef: { name: limits, key: deploys } }] }';
    const [a, b] = [locking(cluster, either)('a'), locking(cluster, either)('b')];
    expect(a.workflow.status?.synchronization).toEqual({
      semaphore: { holding: [{ semaphore: 'default/ConfigMap/limits/deploys', holders: ['default/a'] }] },
      mutex: { holding: [{ mutex: 'default/Mutex/m', holder: 'default/a' }] },
    });
    expect(b.message).toBe('Waiting for default/ConfigMap/limits/deploys lock. Lock status: 0/1');
  });
});

describe('a lock of a template', () => {
  const loop = (synchronization: string, items = '[1, 2, 3]') => `
    main: { steps: [[{ name: l, template: locked, withItems: ${items} }]] }
    locked: { synchronization: ${synchronization}, container: { image: x } }`;

  it('is had by one call after the other; those that wait are Pending nodes without a pod', () => {
    const run = begin(loop(MUTEX), { locked: minute });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Running -> [0]
        [0]: StepGroup Running -> [0].l(0:1), [0].l(1:2), [0].l(2:3)
        [0].l(0:1): Pod Running
        [0].l(1:2): Pod Pending (Waiting for default/Mutex/m lock. Lock status: 0/1)
        [0].l(2:3): Pod Pending (Waiting for default/Mutex/m lock. Lock status: 0/1)`),
    );
    expect(run.podObjects).toHaveLength(1);
    expect(run.workflow.status?.synchronization?.mutex?.holding).toEqual([
      { mutex: 'default/Mutex/m', holder: `default/wf/${run.node('l(0:1)').id}` },
    ]);
    expect(run.node('l(1:2)').status.synchronizationStatus).toEqual({ waiting: 'default/Mutex/m' });
    run.finish();
    expect(run.elapsed).toBe(180);
    expect(run.workflow.status?.synchronization).toBeUndefined();
  });

  it('is the same lock wherever it is named: in other templates and other workflows', () => {
    const cluster = new SimulatedCluster();
    const two = `
      main: { dag: { tasks: [{ name: x, template: one }, { name: y, template: two }] } }
      one: { synchronization: ${MUTEX}, container: { image: x } }
      two: { synchronization: ${MUTEX}, suspend: { duration: 1m } }`;
    const a = begin(two, { '*': minute }, { cluster, metadata: 'name: a' });
    const b = locking(cluster, MUTEX)('b');
    expect([phases(a), b.phase]).toEqual([{ x: 'Running', y: 'Pending' }, 'Pending']);
    cluster.finish();
    expect([a.node('x').finishedAfter, a.node('y').finishedAfter]).toEqual([60, 120]);
    expect(b.elapsed).toBe(180);
  });

  it('of steps or a DAG is held for everything in it', () => {
    const run = play(
      `
      main: { steps: [[{ name: x, template: inner }, { name: y, template: graph }]] }
      inner: { synchronization: ${MUTEX}, steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }
      graph: { synchronization: ${MUTEX}, dag: { tasks: [{ name: t, template: c }] } }`,
      { c: minute },
    );
    expect(run.node('x').finishedAfter).toBe(120);
    expect(run.node('y').startedAfter).toBe(120);
    expect(run.mostPodsAtOnce).toBe(1);
  });

  it('is kept through the attempts of a retried call, and the time between them', () => {
    const run = play(
      `
      main: { steps: [[{ name: l, template: locked, withItems: [a, b] }]] }
      locked: { synchronization: ${MUTEX}, retryStrategy: { limit: 1, backoff: { duration: 5m } }, container: { image: x } }`,
      { 'l(0:a)': attempts(fails({ pending: 0, runs: '1m' }), minute), 'l(1:b)': minute },
    );
    expect(run.node('l(0:a)').finishedAfter).toBe(420);
    expect(run.node('l(1:b)(0)').startedAfter).toBe(420);
  });

  it('may be named by the inputs of the call, items included', () => {
    const run = begin(
      `
      main:
        steps: [[{ name: l, template: locked, withItems: [a, b, a], arguments: { parameters: [{ name: m, value: '{{item}}' }] } }]]
      locked:
        inputs: { parameters: [{ name: m }] }
        synchronization: { mutexes: [{ name: '{{inputs.parameters.m}}' }] }
        container: { image: x }`,
      { locked: minute },
    );
    expect(phases(run)).toEqual({ 'l(0:a)': 'Running', 'l(1:b)': 'Running', 'l(2:a)': 'Pending' });
  });

  it('is not asked for by a call that is skipped', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: l, when: '1 == 2' }, { name: b, template: l }]] }
      l: { synchronization: ${MUTEX}, container: { image: x } }`,
      { l: minute },
    );
    expect(phases(run)).toEqual({ a: 'Skipped', b: 'Succeeded' });
    expect(run.elapsed).toBe(60);
  });

  it('is waited for within the timeout of the call', () => {
    const run = play(
      `
      main: { steps: [[{ name: l, template: locked, withItems: [1, 2] }]] }
      locked: { synchronization: ${MUTEX}, timeout: 90s, container: { image: x } }`,
      { 'l(0:1)': hangs({ pending: 0 }), 'l(1:2)': minute },
    );
    expect(run.node('l(1:2)')).toMatchObject({ phase: 'Failed', message: 'timeout', finishedAfter: 90 });
    expect(run.pods).toHaveLength(1);
  });

  it('that is asked for once more by what is in it is never had', () => {
    const run = begin(
      `
      main: { synchronization: ${MUTEX}, steps: [[{ name: a, template: l }]] }
      l: { synchronization: ${MUTEX}, container: { image: x } }`,
      {},
      { spec: 'activeDeadlineSeconds: 3600' },
    ).at('59m');
    expect(run.node('a').message).toBe('Waiting for default/Mutex/m lock. Lock status: 0/1');
    expect(run.finish().phase).toBe('Failed');
  });

  it('is known to a controller that was started anew', () => {
    const run = begin(loop(MUTEX), { locked: minute }).at('30s');
    const before = run.tree;
    run.restart();
    expect(run.tree).toEqual(before);
    expect(run.finish().elapsed).toBe(180);
    expect(run.pods).toHaveLength(3);
  });
});
