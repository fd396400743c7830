import { beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemoryKube } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import type { NodeId, NodeStatusPatch, RunState } from '@argosy/workflow-engine';
import { project } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import type { NodeStatusOptions, RecordedRun } from './node-keeping.js';
import { NodeKeeping } from './node-keeping.js';

const SMALL: NodeStatusOptions = { alwaysOffload: true, changeBytes: 600, shardNodes: 16, shardBytes: 2_000 };
let kube: InMemoryKube;
let keeping: NodeKeeping;
beforeEach(async () => {
  kube = createInMemoryKube();
  keeping = new NodeKeeping(kube, SMALL);
  const metadata = { name: 'wf', namespace: 'default' };
  await kube.create<Workflow>(resources.workflows, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata,
    spec: {},
  });
});

const ref = { type: resources.workflows, namespace: 'default', name: 'wf' };
const object = (): Promise<Workflow> => kube.get<Workflow>(ref);
const shards = async (): Promise<string[]> =>
  (await kube.list(resources.configMaps)).items.map(({ metadata }) => metadata?.name ?? '');
const read = async (): Promise<RecordedRun> => keeping.read(await object());

const node = (id: string, extra: Partial<NodeStatus> = {}): NodeStatus => ({
  id,
  name: id,
  displayName: id,
  type: 'Pod',
  phase: 'Running',
  ...extra,
});
/** Numbers that look random and are the same each time. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

/** Writes nodes as a pass does; null takes one away. */
async function write(
  { state, ...recorded }: RecordedRun,
  nodes: Record<string, NodeStatus | null>,
  by = keeping,
): Promise<RecordedRun> {
  let after: RunState = state;
  const patches: Record<string, NodeStatusPatch | null> = {};
  for (const [id, now] of Object.entries(nodes)) {
    const before = after.nodes.get(id as NodeId);
    const dropped = Object.keys(before ?? {}).filter((key) => now && !(key in now));
    patches[id] = now && { ...Object.fromEntries(dropped.map((key) => [key, null])), ...now };
    after = { ...after, nodes: now ? after.nodes.set(id as NodeId, now) : after.nodes.remove(id as NodeId) };
  }
  const written = await by.write({ ...recorded, before: state, state: after, patch: { status: { nodes: patches } } });
  return { state: after, keeping: written.keeping, resourceVersion: written.object.metadata.resourceVersion ?? '' };
}

describe('offloaded nodes', () => {
  it('are read as they were written, after every write', async () => {
    const draw = draws(7);
    let run = await read();
    for (let round = 0; round < 150; round++) {
      const changes: Record<string, NodeStatus | null> = {};
      for (let i = draw(4); i >= 0; i--) {
        const id = `wf-${draw(120)}`;
        const outputs = draw(2) ? { outputs: { result: 'x'.repeat(draw(50)) } } : {};
        const known = run.state.nodes.get(id as NodeId)?.children ?? [];
        const children = draw(8) ? [...known, String(draw(1000))] : [String(draw(1000))];
        changes[id] = draw(6) ? node(id, { message: String(draw(1_000_000)), children, ...outputs }) : null;
      }
      run = await write(run, changes);
      const found = await read();
      expect(project(found.state)).toEqual(project(run.state));
      const { offloadNodeStatusVersion, nodes } = (await object()).status ?? {};
      expect({ offloadNodeStatusVersion, nodes }).toEqual({
        offloadNodeStatusVersion: expect.stringMatching(/^fnv:\d+$/),
      });
      expect((await shards()).length).toBeLessThanOrEqual(16);
    }
    expect((await shards()).length).toBeGreaterThan(4);
  });

  it('cost one write of the object for most changes, and a shard now and then', async () => {
    let run = await read();
    const ids = Array.from({ length: 200 }, (_, i) => `wf-${i}`);
    run = await write(run, Object.fromEntries(ids.map((id) => [id, node(id)])));
    let before = new Set(await shards());
    let written = 0;
    for (const id of ids) {
      run = await write(run, { [id]: node(id, { phase: 'Succeeded' }) });
      const now = await shards();
      written += now.filter((shard) => !before.has(shard)).length;
      before = new Set(now);
    }
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(ids.length / 2);
    expect(JSON.stringify(await object()).length).toBeLessThan(2_000);
  });

  it('that get one child more cost that child, not all', async () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `wf-${i * 7919}`);
    let run = await write(await read(), { wf: node('wf', { children: ids }) });
    for (let i = 0; i < 5; i++) {
      const before = await shards();
      const children = [...(run.state.nodes.get('wf' as NodeId)?.children ?? []), `new-${i}`];
      run = await write(run, { wf: node('wf', { children }) });
      expect(await shards()).toEqual(before);
      expect((await read()).state.nodes.get('wf' as NodeId)?.children).toEqual(children);
    }
    run = await write(run, { wf: node('wf', { children: ['wf-1'] }) });
    expect((await read()).state.nodes.get('wf' as NodeId)?.children).toEqual(['wf-1']);
  });

  it('stay on the object while they are few, and need nothing else', async () => {
    await write(await read(), { wf: node('wf') });
    expect((await object()).status?.nodes).toBeUndefined();
    expect(await shards()).toEqual([]);
    expect((await read()).state.nodes.get('wf' as NodeId)).toEqual(node('wf'));
  });

  it('get more shards when one would be too large, except for a node that is too large itself', async () => {
    const noise = draws(3);
    const text = (length: number): string => Array.from({ length }, () => noise(36).toString(36)).join('');
    const nodes = Array.from({ length: 16 }, (_, i) => node(`wf-${i}`, { message: text(i === 5 ? 20_000 : 800) }));
    const run = await write(await read(), Object.fromEntries(nodes.map((each) => [each.id, each])));
    expect((await shards()).length).toBeGreaterThan(4);
    expect(project((await read()).state)).toEqual(project(run.state));
  });

  it('are a conflict when somebody wrote meanwhile; what was prepared is cleared away by whoever writes next', async () => {
    const many = (phase: NodeStatus['phase']): Record<string, NodeStatus> =>
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`wf-${i}`, node(`wf-${i}`, { phase })]));
    const first = await write(await read(), many('Running'));
    await kube.patch(ref, 'merge', { metadata: { labels: { touched: 'yes' } } });
    await expect(write(first, many('Succeeded'))).rejects.toMatchObject({ code: 'Conflict' });
    const found = await read();
    expect(project(found.state)).toEqual(project(first.state));
    const counting = 'shards' in found.keeping ? found.keeping.shards.filter(Boolean) : [];
    expect(await shards()).toHaveLength(counting.length);
  });

  it('are read by one who has an old object, whose shards are gone', async () => {
    const many = (phase: NodeStatus['phase']): Record<string, NodeStatus> =>
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`wf-${i}`, node(`wf-${i}`, { phase })]));
    const first = await write(await read(), many('Running'));
    const old = await object();
    const second = await write(first, many('Succeeded'));
    const found = await keeping.read(old);
    expect(found.resourceVersion).toBe(second.resourceVersion);
    expect(project(found.state)).toEqual(project(second.state));
  });

  it('go with their workflow', async () => {
    const nodes = Array.from({ length: 60 }, (_, i) => node(`wf-${i}`));
    await write(await read(), Object.fromEntries(nodes.map((each) => [each.id, each])));
    expect(await shards()).not.toEqual([]);
    await kube.delete(ref, { propagationPolicy: 'Background' });
    expect(await shards()).toEqual([]);
  });
});

describe('nodes that cannot be read', () => {
  const patched = (status: Workflow['status']): Promise<Workflow> => kube.patch<Workflow>(ref, 'merge', { status });

  it('are those in a database of Argo', async () => {
    await expect(keeping.read(await patched({ offloadNodeStatusVersion: 'fnv:1' }))).rejects.toThrow(
      'the nodes are in a database of Argo, which is not read',
    );
  });

  it('are those whose version somebody changed, or whose shards somebody deleted', async () => {
    const nodes = Array.from({ length: 60 }, (_, i) => node(`wf-${i}`));
    await write(await read(), Object.fromEntries(nodes.map((each) => [each.id, each])));
    await kube.deleteCollection(resources.configMaps, { namespace: 'default' });
    await expect(read()).rejects.toThrow('some of the offloaded nodes are gone: somebody deleted them');
    await expect(keeping.read(await patched({ offloadNodeStatusVersion: 'fnv:1' }))).rejects.toThrow(
      'the list of offloaded nodes is not the one that was written with this version',
    );
  });
});

describe('nodes of a growing run', () => {
  it('are on the object, then compressed, then offloaded, and stay readable', async () => {
    keeping = new NodeKeeping(kube, { objectBytes: 2_000, changeBytes: 500, shardNodes: 16 });
    const kinds = new Set<string>();
    let run = await read();
    for (let i = 0; i < 400; i += 8) {
      const ids = Array.from({ length: 8 }, (_, j) => `wf-${i + j}`);
      run = await write(run, Object.fromEntries(ids.map((id) => [id, node(id, { message: 'm'.repeat(i % 100) })])));
      kinds.add(run.keeping.kind);
      expect(project((await read()).state)).toEqual(project(run.state));
      if (i === 40) keeping = new NodeKeeping(kube, { objectBytes: 1, changeBytes: 500, shardNodes: 16 });
      if (i === 16) keeping = new NodeKeeping(kube, { objectBytes: 1_000, changeBytes: 500, shardNodes: 16 });
    }
    expect([...kinds]).toEqual(['whole', 'compressed', 'offloaded']);
  });
});
