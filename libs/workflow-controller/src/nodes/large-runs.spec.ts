import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeApi } from '@argosy/kube';
import { resources } from '@argosy/kube';
import type { Pod, Template } from '@argosy/workflow-spec';
import type { RunSnapshot } from '../snapshot.js';
import { container, TestCluster } from '../testing/test-cluster.js';

let cluster: TestCluster;
afterEach(() => cluster.close());

/** What was written of workflows and ConfigMaps. */
interface Written {
  readonly requests: Record<string, number>;
  readonly bytes: number;
  readonly largest: number;
}
const VERBS: readonly string[] = ['create', 'update', 'patch', 'delete'];
const KINDS: readonly string[] = ['workflows', 'configmaps'];

/** A Kubernetes API that weighs what is written; `take` tells what was since the last time. */
function weighed(kube: KubeApi): { api: KubeApi; take: () => Written } {
  let written: Written = { requests: {}, bytes: 0, largest: 0 };
  const weigh = (verb: string, [first, second, third]: readonly unknown[]): void => {
    const { plural, type } = first as { plural?: string; type?: { plural: string } };
    const kind = plural ?? type?.plural ?? '';
    if (!VERBS.includes(verb) || !KINDS.includes(kind)) return;
    const request = `${verb} ${kind}`;
    const bytes = verb === 'delete' ? 0 : JSON.stringify(verb === 'patch' ? third : second).length;
    written = {
      requests: { ...written.requests, [request]: (written.requests[request] ?? 0) + 1 },
      bytes: written.bytes + bytes,
      largest: Math.max(written.largest, bytes),
    };
  };
  const api = new Proxy(kube, {
    get: (target, verb: Extract<keyof KubeApi, string>) => {
      const method = target[verb].bind(target) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        weigh(verb, args);
        return method(...args);
      };
    },
  });
  const take = (): Written => {
    const taken = written;
    written = { requests: {}, bytes: 0, largest: 0 };
    return taken;
  };
  return { api, take };
}

const MIB = 1024 * 1024;
const ITEMS = 2_500;
/** Each item is a group within steps within the loop, and has one step that runs and 17 that do not. */
const NODES = 2 + ITEMS * 20;
const templates: Template[] = [
  { name: 'main', steps: [[{ name: 'item', template: 'item', withSequence: { count: ITEMS } }]] },
  {
    name: 'item',
    steps: [
      [
        { name: 'work', template: 'work' },
        ...Array.from({ length: 17 }, (_, i) => ({ name: `not-${i}`, template: 'work', when: 'false' })),
      ],
    ],
  },
  container('work'),
];

describe('a run of 50,000 nodes', () => {
  it('writes little for each pod, is taken over, retried, told whole, and leaves nothing', async () => {
    const released = new Set<string>();
    let exitCode = 1;
    let isHeld = true;
    const isLast = (pod: Pod): boolean => nameOf(pod).includes(`(${ITEMS - 1}:`);
    cluster = new TestCluster((pod) => ({
      endless: isHeld && !released.has(nameOf(pod)),
      exitCode: isLast(pod) ? exitCode : 0,
    }));
    const { api, take } = weighed(cluster.kube);
    const first = await cluster.controller(api);
    await cluster.submit(templates, { ttlStrategy: { secondsAfterSuccess: 60 } });
    await cluster.settle();
    expect(take().largest).toBeLessThan(MIB);
    expect(JSON.stringify(await cluster.get()).length).toBeLessThan(100_000);

    for (let item = 0; item < 10; item++) {
      released.add(`wf[0].item(${item}:${item})[0].work`);
      await cluster.settle();
      const { requests, bytes } = take();
      expect(requests).toEqual({ 'patch workflows': 1 });
      expect(bytes).toBeLessThan(80_000);
    }

    await cluster.stop(first);
    const told: RunSnapshot[] = [];
    const second = await cluster.controller(api, { onRunChanged: async (snapshot) => void told.push(snapshot) });
    await cluster.settle();
    expect(told[0]).toMatchObject({ full: true, nodeCount: NODES });
    isHeld = false;
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Failed' });

    exitCode = 0;
    await cluster.pass(10_000);
    expect(await second.applyIntent('default', 'wf', { type: 'RetryRun' })).toEqual({ ok: true });
    expect((await cluster.ended()).status).toMatchObject({ phase: 'Succeeded', progress: `${ITEMS}/${ITEMS}` });
    expect(await second.snapshot('default', 'wf')).toMatchObject({ full: true, nodeCount: NODES });
    expect([...cluster.kubelet.started.values()].filter((times) => times > 1)).toHaveLength(1);

    await cluster.pass(61_000);
    expect((await cluster.kube.list(resources.workflows)).items).toEqual([]);
    expect((await cluster.kube.list(resources.configMaps)).items).toEqual([]);
  }, 60_000);
});

const nameOf = (pod: Pod): string => pod.metadata?.annotations?.['workflows.argoproj.io/node-name'] ?? '';
