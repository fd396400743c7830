import { fails, hangs, SimulatedCluster, simulate, start, succeeds } from './index.js';

const locked = (name: string, lock: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: ${name} }
spec:
  entrypoint: main
  synchronization: { ${lock} }
  templates: [{ name: main, container: { image: x } }]
`;
const mutex = (name: string): string => locked(name, 'mutexes: [{ name: m }]');
const semaphore = (name: string, namespace = 'default'): string =>
  locked(name, `semaphores: [{ namespace: ${namespace}, configMapKeyRef: { name: limits, key: deploys } }]`);

describe('a simulated cluster', () => {
  it('is where runs meet: they share its time and its locks', () => {
    const cluster = new SimulatedCluster({ startAt: '2026-05-01T12:00:00Z' });
    const a = start(mutex('a'), { cluster, pods: { main: succeeds({ pending: 0, runs: '1m' }) } });
    cluster.after('20s');
    const b = start(mutex('b'), { cluster });
    expect(b.workflow.metadata.creationTimestamp).toBe('2026-05-01T12:00:20Z');
    expect([a.elapsed, b.elapsed]).toEqual([20, 0]);
    expect(b.message).toBe('Waiting for default/Mutex/m lock. Lock status: 0/1');
    cluster.at('1m');
    expect([a.phase, b.phase]).toEqual(['Succeeded', 'Running']);
    expect(b.elapsed).toBe(40);
    expect(b.finish().phase).toBe('Succeeded');
  });

  it('goes on until a run is over, or all of them are', () => {
    const cluster = new SimulatedCluster();
    const slow = start(locked('slow', ''), { cluster, pods: { main: succeeds({ runs: '1h' }) } });
    expect(simulate(locked('quick', ''), { cluster }).phase).toBe('Succeeded');
    expect(slow.phase).toBe('Running');
    cluster.finish();
    expect(slow.phase).toBe('Succeeded');
  });

  it('lets others look at once when a person ends what they wait for', () => {
    const cluster = new SimulatedCluster();
    const [a, b] = ['a', 'b'].map((name) => start(mutex(name), { cluster, pods: { main: hangs() } }));
    a?.terminate();
    expect([a?.phase, b?.phase]).toEqual(['Failed', 'Running']);
  });

  it('has ConfigMaps that can be changed, in every namespace', () => {
    const cluster = new SimulatedCluster({ configMaps: { limits: { deploys: '1' }, 'ops/limits': { deploys: '1' } } });
    const pods = { main: hangs() };
    const runs = [semaphore('a'), semaphore('b'), semaphore('c', 'ops')].map((text) => start(text, { cluster, pods }));
    const phases = () => runs.map(({ phase }) => phase);
    expect(phases()).toEqual(['Running', 'Pending', 'Running']);
    cluster.setConfigMap('limits', { deploys: '2' });
    expect(phases()).toEqual(['Running', 'Running', 'Running']);
    cluster.setConfigMap('limits', { others: '2' });
    expect(start(semaphore('d'), { cluster }).phase).toBe('Failed');
    expect(start(semaphore('e'), { cluster, configMaps: { limits: { deploys: '3' } } }).phase).toBe('Running');
  });

  it('knows after a restart what its runs hold', () => {
    const cluster = new SimulatedCluster();
    const runs = ['a', 'b'].map((name) => start(mutex(name), { cluster, pods: { main: hangs() } }));
    runs[1]?.restart();
    expect(runs.map(({ phase }) => phase)).toEqual(['Running', 'Pending']);
  });

  it('has one workflow of a name at a time', () => {
    const cluster = new SimulatedCluster();
    start(mutex('a'), { cluster, pods: { main: fails() } });
    expect(() => start(mutex('a'), { cluster })).toThrow('there is a workflow default/a already');
    cluster.finish();
    expect(simulate(mutex('a'), { cluster }).phase).toBe('Succeeded');
  });

  it('keeps what is memoized', () => {
    const memoized = locked('w', '').replace(
      'container:',
      'memoize: { key: k, cache: { configMap: { name: made } } }, container:',
    );
    const cluster = new SimulatedCluster();
    expect(simulate(memoized, { cluster }).pods).toHaveLength(1);
    expect(cluster.cache('made')).toMatchObject({ k: { nodeID: 'w', creationTimestamp: '2026-01-01T00:00:02Z' } });
    expect(cluster.cache('other')).toEqual({});
    expect(simulate(memoized, { cluster }).pods).toEqual([]);
  });
});
