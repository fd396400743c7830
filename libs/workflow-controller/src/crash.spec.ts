import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeStatus, Template, Workflow, WorkflowSpec } from '@argosy/workflow-spec';
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

/** Runs to the end while the controller dies at the given write and another one takes over. */
async function runWithCrash(
  atWrite: number,
  fate: Fate,
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
  const first = await cluster.controller(recorder.api);
  await cluster.submit(templates, spec);
  await cluster.until(async () => crashed || (await cluster.get()).status?.finishedAt !== undefined);
  await cluster.stop(first);
  await cluster.controller();
  const ended = await cluster.ended();
  await cluster.pass(60_000);
  expect((await cluster.pods()).map(({ metadata }) => metadata?.name)).toEqual([]);
  const tree = treeOf(ended);
  const started = [...cluster.kubelet.started.values()];
  await cluster.close();
  return { tree, started, crashed };
}

describe('a controller that dies', () => {
  it.each<Fate>(['refused', 'answer-lost'])(
    'at any write (%s) leaves a run that ends the same, no pod twice',
    async (fate) => {
      const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
      expect(calm.tree).toMatchObject(['Succeeded', expect.anything()]);
      expect(calm.started).toEqual([1, 1, 1, 1, 1, 1, 1]);
      let writes = 0;
      for (let crashed = true; crashed; writes++) {
        const outcome = await runWithCrash(writes + 1, fate);
        ({ crashed } = outcome);
        expect({ writes, tree: outcome.tree }).toEqual({ writes, tree: calm.tree });
        expect({ writes, started: outcome.started }).toEqual({ writes, started: calm.started });
      }
      expect(writes).toBeGreaterThan(20);
    },
  );

  it('may overlap with its successor, and with people who write the object too', async () => {
    const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
    clusterOf();
    await Promise.all([cluster.controller(), cluster.controller(), cluster.controller()]);
    await cluster.submit(templates, spec);
    let writes = 0;
    await cluster.until(async () => {
      await cluster.label('wf', { touched: String(++writes) });
      return (await cluster.get()).status?.finishedAt !== undefined;
    });
    expect(treeOf(await cluster.get())).toEqual(calm.tree);
    expect([...cluster.kubelet.started.values()]).toEqual(calm.started);
    expect(writes).toBeGreaterThan(1);
  });

  it('may find the API failing half of the time', async () => {
    clusterOf();
    const calm = await runWithCrash(Number.POSITIVE_INFINITY, 'done');
    for (let seed = 1; seed <= 10; seed++) {
      clusterOf();
      let state = seed;
      const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
      const fates: Fate[] = ['done', 'done', 'refused', 'answer-lost'];
      const recorder = new RecordingKube(cluster.kube, () => fates[Math.floor(draw() * 4)] ?? 'done');
      await cluster.controller(recorder.api);
      await cluster.submit(templates, spec);
      const ended = await cluster.ended();
      expect({ seed, tree: treeOf(ended) }).toEqual({ seed, tree: calm.tree });
      expect({ seed, started: [...cluster.kubelet.started.values()] }).toEqual({ seed, started: calm.started });
      await cluster.close();
    }
  });
});
