import { afterEach, describe, expect, it } from '@jest/globals';
import { resources } from '@argosy/kube';
import { projectWorkflow } from '@argosy/workflow-engine';
import type { NodeStatus, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
import { ConfigMapNodeStatusStore } from './nodes/config-map-node-status-store.js';
import type { NodeStatusOptions, RecordedRun } from './nodes/node-keeping.js';
import { NodeKeeping } from './nodes/node-keeping.js';
import type { NodeStatusStore } from './nodes/node-status-store.js';
import type { Fate } from './testing/recording-kube.js';
import { RecordingKube } from './testing/recording-kube.js';
import { container, TestCluster } from './testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

/** A bit of everything: a loop, a retry, outputs, a claim, pod garbage and an exit handler. */
const templates: Template[] = [
  {
    name: 'main',
    steps: [
      [{ name: 'loop', template: 'work', withItems: ['a', 'b', 'c'] }],
      [{ name: 'flaky', template: 'flaky' }],
      [
        {
          name: 'use',
          template: 'use',
          arguments: { parameters: [{ name: 'in', value: '{{steps.flaky.outputs.result}}' }] },
        },
      ],
    ],
  },
  container('work'),
  container('flaky', { retryStrategy: { limit: 2, backoff: { duration: '10s' } } }),
  container('use', { inputs: { parameters: [{ name: 'in' }] } }),
  container('exit'),
];
const spec: WorkflowSpec = {
  onExit: 'exit',
  podGC: { strategy: 'OnPodCompletion' },
  volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: {} }],
};

function clusterOf(): TestCluster {
  cluster = new TestCluster((pod) => {
    const name = pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? '';
    if (name.endsWith('flaky(0)')) return { exitCode: 1 };
    return name.includes('flaky') ? { result: 'x'.repeat(10_000) } : {};
  });
  return cluster;
}

const fates: readonly Fate[] = ['refused', 'answer-lost'];

/** The tree without what depends on when things were seen. */
function treeOf({ status }: Workflow): unknown {
  const nodes = Object.values<NodeStatus>(status?.nodes ?? {});
  const told = nodes.map(({ name, type, phase, message, children, outputs }) => [
    name,
    type,
    phase,
    message,
    children?.toSorted(),
    outputs?.result?.length,
  ]);
  return [status?.phase, told.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))];
}

/** Nodes on the object; and all of them beside it, with every change. */
const keepings: [string, NodeStatusOptions][] = [
  ['on the object', {}],
  ['offloaded', { alwaysOffload: true, changeBytes: 0, shardNodes: 4 }],
];
/** Reads without clearing up, which is what is tested. */
function recordOf(workflow: Workflow): Promise<RecordedRun> {
  const shards = new ConfigMapNodeStatusStore(cluster.kube);
  const store: NodeStatusStore = {
    read: (owner) => shards.read(owner),
    write: () => Promise.reject(new Error('this is for reading')),
    delete: async () => undefined,
  };
  return new NodeKeeping(cluster.kube, { store }).read(workflow);
}
const wholeOf = async (workflow: Workflow): Promise<Workflow> => projectWorkflow((await recordOf(workflow)).state);

/** A controller that reads the run finds what others left behind. */
async function noShardsLeftOver(workflow: Workflow): Promise<void> {
  const counting = await shardsCounting(workflow);
  const { items } = await cluster.kube.list(resources.configMaps);
  expect(items.map(({ metadata }) => metadata?.name).toSorted()).toEqual(counting);
}
async function shardsCounting(workflow: Workflow): Promise<string[]> {
  const { keeping } = await recordOf(workflow);
  if (keeping.kind !== 'offloaded') return [];
  return keeping.shards.flatMap((shard) => (shard ? [`nodes-${workflow.metadata.uid}-${shard}`] : [])).toSorted();
}

/** Runs to the end while the controller dies at the given write and another one takes over. */
async function runWithCrash(
  atWrite: number,
  fate: Fate,
  nodeStatus: NodeStatusOptions = {},
): Promise<{ tree: unknown; started: number[]; crashed: boolean }> {
  clusterOf();
  let crashed = false;
  const recorder = new RecordingKube(cluster.kube, (_request, write) => {
    if (write < atWrite) return 'done';
    // Dead from here on: nothing more of this controller reaches the cluster.
    const isFirst = !crashed;
    crashed = true;
    return isFirst ? fate : 'refused';
  });
  const first = await cluster.controller(recorder.api, { nodeStatus });
  await cluster.submit(templates, spec);
  await cluster.until(async () => crashed || (await cluster.get()).status?.finishedAt !== undefined);
  await cluster.stop(first);
  // Readable at every point, not only in the end.
  await wholeOf(await cluster.get());
  await cluster.controller(cluster.kube, { nodeStatus });
  const ended = await wholeOf(await cluster.ended());
  await cluster.pass(60_000);
  await noShardsLeftOver(await cluster.get());
  expect((await cluster.pods()).map(({ metadata }) => metadata?.name)).toEqual([]);
  const tree = treeOf(ended);
  const started = [...cluster.kubelet.started.values()];
  await cluster.close();
  return { tree, started, crashed };
}

describe('a controller that dies', () => {
  it.each(keepings.flatMap(([where, options]) => fates.map((fate) => ({ where, options, fate }))))(
    'at any write ($fate, nodes $where) leaves a run that ends the same, no pod twice',
    async ({ options, fate }) => {
      const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
      expect(calm.tree).toMatchObject(['Succeeded', expect.anything()]);
      expect(calm.started).toEqual([1, 1, 1, 1, 1, 1, 1]);
      let writes = 0;
      for (let crashed = true; crashed; writes++) {
        const outcome = await runWithCrash(writes + 1, fate, options);
        ({ crashed } = outcome);
        expect({ writes, tree: outcome.tree }).toEqual({ writes, tree: calm.tree });
        expect({ writes, started: outcome.started }).toEqual({ writes, started: calm.started });
      }
      expect(writes).toBeGreaterThan(20);
    },
  );

  it.each(keepings)(
    'may overlap with its successor, and with people who write the object too (nodes %s)',
    async (_where, nodeStatus) => {
      const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
      clusterOf();
      const start = (): Promise<unknown> => cluster.controller(cluster.kube, { nodeStatus });
      await Promise.all([start(), start(), start()]);
      await cluster.submit(templates, spec);
      let writes = 0;
      await cluster.until(async () => {
        await cluster.label('wf', { touched: String(++writes) });
        return (await cluster.get()).status?.finishedAt !== undefined;
      });
      expect(treeOf(await wholeOf(await cluster.get()))).toEqual(calm.tree);
      expect([...cluster.kubelet.started.values()]).toEqual(calm.started);
      expect(writes).toBeGreaterThan(1);
    },
  );

  it.each(keepings)('may find the API failing half of the time (nodes %s)', async (_where, nodeStatus) => {
    clusterOf();
    const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
    for (let seed = 1; seed <= 10; seed++) {
      clusterOf();
      let state = seed;
      const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const mixed: Fate[] = ['done', 'done', 'refused', 'answer-lost'];
      const recorder = new RecordingKube(cluster.kube, () => mixed[Math.floor(draw() * 4)] ?? 'done');
      await cluster.controller(recorder.api, { nodeStatus });
      await cluster.submit(templates, spec);
      const ended = await wholeOf(await cluster.ended());
      expect({ seed, tree: treeOf(ended) }).toEqual({ seed, tree: calm.tree });
      expect({ seed, started: [...cluster.kubelet.started.values()] }).toEqual({ seed, started: calm.started });
      await cluster.close();
    }
  });
});
