import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { createClientNodeKube } from '@argosy/kube/client-node';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { LocalCluster, LocalClusterOptions } from './local-cluster.js';
import { startLocalCluster } from './local-cluster.js';

type PodObject = Pod & KubeObject;
const namespace = 'default';
const refTo = (name: string) => ({ type: resources.pods, namespace, name });
const podOf = (name: string, script: string): PodObject => ({
  metadata: { name, namespace },
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'any', command: ['sh', '-c', script] }] },
});

describe('A local cluster', () => {
  let dataDir: string;
  const started: LocalCluster[] = [];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'argosy-cluster-'));
  });
  afterEach(async () => {
    for (const cluster of started.splice(0)) await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  async function start(options: Partial<LocalClusterOptions> = {}): Promise<LocalCluster> {
    const cluster = await startLocalCluster({ name: 'test', dataDir, ...options });
    started.push(cluster);
    return cluster;
  }
  async function until(api: KubeApi, name: string, holds: (pod: PodObject) => boolean): Promise<PodObject> {
    const aborter = new AbortController();
    const fieldSelector = `metadata.name=${name}`;
    for await (const event of api.watch<PodObject>(resources.pods, {
      namespace,
      fieldSelector,
      signal: aborter.signal,
    })) {
      if (event.type === 'BOOKMARK' || !holds(event.object)) continue;
      aborter.abort();
      return event.object;
    }
    throw new Error('the watch ended');
  }
  const isOver = ({ status }: PodObject): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

  it('runs a pod that a client submits over HTTPS, and serves its log', async () => {
    const cluster = await start({ http: {} });
    const client = createClientNodeKube({ kubeconfig: cluster.http?.kubeconfig ?? '' });
    try {
      await client.create(resources.pods, podOf('hello', 'echo hello from $HOSTNAME'));
      expect((await until(client, 'hello', isOver)).status?.phase).toBe('Succeeded');
      const parts: Uint8Array[] = [];
      for await (const part of client.logs(refTo('hello'))) parts.push(part);
      expect(Buffer.concat(parts).toString()).toBe('hello from hello\n');
    } finally {
      await client.close();
    }
  });

  it('remembers its objects and logs from start to start', async () => {
    const first = await start();
    await first.api.create(resources.pods, podOf('kept', 'echo kept'));
    const before = await until(first.api, 'kept', isOver);
    await first.stop();
    started.length = 0;
    const second = await start();
    expect(await second.api.get(refTo('kept'))).toEqual(before);
    const parts: Uint8Array[] = [];
    for await (const part of second.api.logs(refTo('kept'))) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('kept\n');
  });

  it('refuses a directory that another cluster uses', async () => {
    await start();
    await expect(startLocalCluster({ name: 'second', dataDir })).rejects.toThrow(/is in use by another local cluster/);
  });
});
