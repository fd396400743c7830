import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import type { RunSnapshot } from '../snapshot.js';
import { container, TestCluster } from '../testing/test-cluster.js';
import { COMPRESSION_ALGORITHMS, COMPRESSION_LEVELS, missingAlgorithm } from './compression.js';
import { compressNodes, withNodes } from './node-compression.js';

let cluster: TestCluster | undefined;
afterEach(() => cluster?.close());

const object = (status: Workflow['status']): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name: 'wf' },
  spec: {},
  status,
});
const node: NodeStatus = { id: 'wf', name: 'wf', displayName: 'wf', type: 'Pod', phase: 'Running' };

describe('compressed nodes', () => {
  it('are put in place', async () => {
    const compressedNodes = await compressNodes([['wf', node]]);
    expect(withNodes(object({ phase: 'Running', compressedNodes })).status).toEqual({
      phase: 'Running',
      nodes: { wf: node },
    });
    const plain = object({ nodes: { wf: node } });
    expect(withNodes(plain)).toBe(plain);
  });

  const here = COMPRESSION_ALGORITHMS.filter((algorithm) => missingAlgorithm(algorithm) === undefined);
  it.each(here)('are read however they were written: %s at any level', async (algorithm) => {
    const [least, most] = COMPRESSION_LEVELS[algorithm];
    const sizes = new Set<number>();
    const many = Array.from({ length: 200 }, (_, i): [string, NodeStatus] => [`wf-${i}`, { ...node, id: `wf-${i}` }]);
    for (const level of [undefined, least, most]) {
      const compressedNodes = await compressNodes(many, { algorithm, level });
      sizes.add(compressedNodes.length);
      expect(withNodes(object({ compressedNodes })).status?.nodes).toEqual(Object.fromEntries(many));
    }
    expect(sizes.size).toBeGreaterThan(1);
  });

  it('in zstd are read where this Node can, and else it is said what is missing', async () => {
    const compressedNodes = Buffer.from('28b52ffd0458110000' + '7b7d', 'hex').toString('base64');
    const reading = (): unknown => withNodes(object({ compressedNodes })).status?.nodes;
    const writing = Promise.resolve().then(() => compressNodes([['wf', node]], { algorithm: 'zstd' }));
    const missing = missingAlgorithm('zstd');
    if (missing === undefined) {
      expect(reading()).toEqual({});
      await expect(writing).resolves.toBeTruthy();
    } else {
      expect(reading).toThrow(`the compressed nodes cannot be read: ${missing}`);
      await expect(writing).rejects.toThrow(missing);
    }
  });

  it.each([
    ['that are none', object({ compressedNodes: 'AAAA' })],
    ['that are no JSON', object({ compressedNodes: gzipSync('{"wf":').toString('base64') })],
    ['that are no JSON in brotli', object({ compressedNodes: brotliCompressSync('{').toString('base64') })],
  ])('%s are told', (_what, workflow) => {
    expect(() => withNodes(workflow)).toThrow(/^the compressed nodes /);
  });

  it('are written once a workflow has outgrown its object, and everything goes on', async () => {
    let exitCode = 1;
    cluster = new TestCluster((pod) => {
      const isLast = pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] === 'wf[1].last';
      return isLast ? { exitCode } : { parameters: { out: 'x'.repeat(3_500) } };
    });
    const first = await cluster.controller();
    const withItems = Array.from({ length: 600 }, (_, i) => String(i));
    await cluster.submit([
      { name: 'main', steps: [[{ name: 'wide', template: 'wide', withItems }], [{ name: 'last', template: 'last' }]] },
      container('wide', { outputs: { parameters: [{ name: 'out', valueFrom: { path: '/out' } }] } }),
      container('last'),
    ]);
    const failed = await cluster.ended();
    expect(failed.status).toMatchObject({ phase: 'Failed', progress: '600/601' });
    expect(failed.status?.nodes).toBeUndefined();
    await cluster.stop(first);
    exitCode = 0;
    await cluster.pass(10_000);
    const snapshots: RunSnapshot[] = [];
    const second = await cluster.controller(cluster.kube, { onRunChanged: async (told) => void snapshots.push(told) });
    await cluster.settle();
    expect(snapshots[0]?.nodes).toHaveLength(604);
    expect(await second.applyIntent('default', 'wf', { type: 'RetryRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Succeeded', progress: '601/601' });
    expect(Object.keys(withNodes(await cluster.get()).status?.nodes ?? {})).toHaveLength(604);
    expect(cluster.kubelet.started.size).toBe(601);
  });

  it('that cannot be read leave the run alone and tell why', async () => {
    cluster = new TestCluster();
    const workflow = { ...object({ phase: 'Running', offloadNodeStatusVersion: 'fnv:1' }) };
    await cluster.adopt(workflow);
    await cluster.controller();
    const message = 'cannot go on, and keeps trying: the nodes are in a database of Argo, which is not read';
    await cluster.until(async () => (await cluster?.get())?.status?.message === message);
    expect(await cluster.pods()).toEqual([]);
  });
});
