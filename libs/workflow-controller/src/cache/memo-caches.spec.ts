import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '@argosy/kube';
import { KubeError, resources } from '@argosy/kube';
import type { Template } from '@argosy/workflow-spec';
import type { Fate } from '../testing/recording-kube.js';
import { RecordingKube } from '../testing/recording-kube.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

const LABEL = 'workflows.argoproj.io/configmap-type';
type ConfigMap = KubeObject & { data?: Record<string, string> };
const cacheRef = { type: resources.configMaps, namespace: 'default', name: 'cache' };
const template = (extra: Template = {}): Template =>
  container('main', {
    memoize: { key: 'k', cache: { configMap: { name: 'cache' } } },
    outputs: { parameters: [{ name: 'out', valueFrom: { path: '/out' } }] },
    ...extra,
  });
const start = async (api?: RecordingKube['api']): Promise<void> => void (await cluster.controller(api ?? cluster.kube));
const clusterOf = (): TestCluster => (cluster = new TestCluster(() => ({ parameters: { out: 'x' } })));
const cache = (): Promise<ConfigMap> => cluster.kube.get<ConfigMap>(cacheRef);
const createCache = (metadata: object, data: Record<string, string> = {}): Promise<ConfigMap> =>
  cluster.kube.create<ConfigMap>(resources.configMaps, {
    metadata: { name: 'cache', namespace: 'default', ...metadata },
    data,
  });

describe('a cache', () => {
  it('is made by the first call that succeeds, and used by the next workflow', async () => {
    clusterOf();
    await start();
    await cluster.submit([template()], {}, 'a');
    expect((await cluster.ended('a')).status?.phase).toBe('Succeeded');
    const made = await cache();
    expect(made.metadata?.labels).toEqual({ [LABEL]: 'Cache' });
    expect(JSON.parse(made.data?.k ?? '')).toEqual({
      nodeID: 'a',
      outputs: { parameters: [{ name: 'out', value: 'x' }], exitCode: '0' },
      creationTimestamp: '2026-01-01T00:00:00Z',
      lastHitTimestamp: '2026-01-01T00:00:00Z',
    });
    await cluster.pass(5000);
    await cluster.submit([template()], {}, 'b');
    await cluster.ended('b');
    expect(await cluster.node('b', 'b')).toMatchObject({
      phase: 'Succeeded',
      memoizationStatus: { hit: true, key: 'k', cacheName: 'cache' },
      outputs: { parameters: [{ name: 'out', value: 'x' }] },
    });
    expect([...cluster.kubelet.started.keys()]).toEqual(['a']);
    expect(JSON.parse((await cache()).data?.k ?? '')).toMatchObject({
      nodeID: 'a',
      creationTimestamp: '2026-01-01T00:00:00Z',
      lastHitTimestamp: '2026-01-01T00:00:05Z',
    });
  });

  it('understands what Argo has written into it, and keeps the entries of others', async () => {
    clusterOf();
    const entry = {
      nodeID: 'n',
      outputs: { parameters: [{ name: 'out', value: 'of old' }], artifacts: [] },
      creationTimestamp: '2025-12-31T00:00:00Z',
      lastHitTimestamp: '2025-12-31T00:00:00Z',
    };
    await createCache({ labels: { [LABEL]: 'Cache' } }, { k: JSON.stringify(entry), other: 'untouched' });
    await start();
    await cluster.submit([template()]);
    await cluster.ended();
    expect((await cluster.node('wf'))?.outputs?.parameters).toEqual([{ name: 'out', value: 'of old' }]);
    expect((await cache()).data?.other).toBe('untouched');
  });

  it('that is somebody’s own ConfigMap is neither read nor written', async () => {
    clusterOf();
    await createCache({}, { k: '{}' });
    await start();
    await cluster.submit([template()]);
    expect((await cluster.ended()).status?.phase).toBe('Error');
    expect((await cluster.node('wf'))?.message).toContain(`doesn't have label ${LABEL} = Cache, refusing to use it`);
    expect(cluster.kubelet.started.size).toBe(0);
    expect((await cache()).data).toEqual({ k: '{}' });
  });

  it('that holds nonsense says so', async () => {
    clusterOf();
    await createCache({ labels: { [LABEL]: 'Cache' } }, { k: '{' });
    await start();
    await cluster.submit([template()]);
    await cluster.ended();
    expect((await cluster.node('wf'))?.message).toContain('malformed cache entry');
  });

  it('that refuses what it is given makes the call an error; a retry of the workflow tries again', async () => {
    clusterOf();
    let isFull = true;
    const recorder = new RecordingKube(cluster.kube, (request) => {
      if (isFull && /configmaps/.test(request))
        throw new KubeError(
          'Invalid',
          'ConfigMap "cache" is invalid: []: Too long: must have at most 1048576 bytes',
          422,
        );
      return 'done';
    });
    const controller = await cluster.controller(recorder.api);
    await cluster.submit([template()]);
    expect((await cluster.ended()).status?.phase).toBe('Error');
    expect((await cluster.node('wf'))?.message).toBe(
      'error creating cache entry: ConfigMap "cache" is invalid: []: Too long: must have at most 1048576 bytes',
    );
    isFull = false;
    await cluster.pass(2000);
    expect(await controller.applyIntent('default', 'wf', { type: 'RetryRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status?.phase).toBe('Succeeded');
  });

  it('is waited for while the API is away, and written once wherever a controller dies', async () => {
    const templates: Template[] = [
      { name: 'main', steps: [[{ name: 's', template: 'work' }], [{ name: 't', template: 'work' }]] },
      template({ name: 'work' }),
    ];
    const runWith = async (fateOf: (write: number) => Fate): Promise<number> => {
      clusterOf();
      let writes = 0;
      await start(
        new RecordingKube(cluster.kube, (_request, write) => {
          writes = write;
          return fateOf(write);
        }).api,
      );
      await cluster.submit(templates);
      expect((await cluster.ended()).status?.phase).toBe('Succeeded');
      expect((await cluster.node('t'))?.memoizationStatus).toMatchObject({ hit: true });
      expect(cluster.kubelet.started.size).toBe(1);
      await cluster.close();
      return writes;
    };
    const writes = await runWith(() => 'done');
    for (const fate of ['refused', 'answer-lost'] as const)
      for (let at = 1; at <= writes; at++) await runWith((write) => (write === at ? fate : 'done'));
  });
});
