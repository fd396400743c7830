import { createInMemoryKube } from './in-memory-kube.js';
import type { KubeApi } from '../port/kube-api.js';
import type { KubeObject } from '../port/resource.js';
import { resources } from '../port/resource.js';
import { kubeContract } from '../testing/kube-contract.js';
import type { JournalEntry, KubeJournal } from './journal.js';

kubeContract('The in-memory API', async () => ({ api: createInMemoryKube(), namespace: 'default' }));

const namespace = 'default';
type Thing = KubeObject & { spec?: unknown; status?: { phase?: string }; data?: Record<string, string> };
const configMap = (api: KubeApi, name: string, data: Record<string, string> = {}): Promise<Thing> =>
  api.create<Thing>(resources.configMaps, { metadata: { name, namespace }, data });
const pod = (name: string): Thing => ({
  metadata: { name, namespace },
  spec: { containers: [{ name: 'main', image: 'x' }] },
});
async function firstOf<T>(events: AsyncIterable<T>): Promise<T | undefined> {
  for await (const event of events) return event;
  return undefined;
}
const refTo = (name: string, type = resources.pods as (typeof resources)[keyof typeof resources]) => ({
  type,
  namespace,
  name,
});

describe('The in-memory API', () => {
  it('gives frozen objects and shares what a patch leaves alone', async () => {
    const api = createInMemoryKube();
    const nodes = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`n${index}`, { id: `n${index}`, message: 'm'.repeat(400) }]),
    );
    type WithNodes = KubeObject & { status: { nodes: typeof nodes } };
    const first = await api.create<WithNodes>(resources.workflows, {
      metadata: { name: 'w', namespace },
      status: { nodes },
    });
    const ref = { type: resources.workflows, namespace, name: 'w' };
    const second = await api.patch<WithNodes>(ref, 'merge', { status: { nodes: { n1: { message: 'changed' } } } });
    expect(second.status.nodes.n1?.message).toBe('changed');
    expect(second.status.nodes.n2).toBe(first.status.nodes.n2);
    expect(() => Object.assign(second.status, { nodes: {} })).toThrow(TypeError);
  });

  it('says that a version is gone when its history is', async () => {
    const api = createInMemoryKube({ historyLimit: 2 });
    const { resourceVersion = '' } = (await configMap(api, 'a')).metadata ?? {};
    for (let index = 0; index < 10; index++) await configMap(api, `b${index}`);
    const signal = new AbortController().signal;
    await expect(
      firstOf(api.watch(resources.configMaps, { namespace, resourceVersion, signal })),
    ).rejects.toMatchObject({
      code: 'Gone',
      status: 410,
    });
  });

  it('forgets events an hour after they were last told', async () => {
    let now = Date.UTC(2026, 0, 1);
    const api = createInMemoryKube({ clock: { now: () => now, after: () => () => undefined } });
    const event = (name: string, lastTimestamp?: string): Promise<Thing> =>
      api.create<Thing & { lastTimestamp?: string }>(resources.events, {
        metadata: { name, namespace },
        ...(lastTimestamp !== undefined && { lastTimestamp }),
      });
    await event('a');
    await event('b', '2026-01-01T00:00:00Z');
    now += 3_500_000;
    await api.patch(refTo('b', resources.events), 'merge', { lastTimestamp: new Date(now).toISOString() });
    now += 100_000;
    await event('c');
    const { items } = await api.list(resources.events);
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['b', 'c']);
  });

  it('tells a quiet watcher how far the world has moved', async () => {
    const api = createInMemoryKube();
    const aborter = new AbortController();
    const labelSelector = 'only=this';
    const { resourceVersion } = await api.list(resources.configMaps, { namespace });
    const events = api.watch(resources.configMaps, {
      namespace,
      labelSelector,
      resourceVersion,
      signal: aborter.signal,
    });
    for (let index = 0; index < 500; index++) await configMap(api, `c${index}`);
    const first = await firstOf(events);
    aborter.abort();
    expect(first).toEqual({ type: 'BOOKMARK', resourceVersion: String(Number(resourceVersion) + 500) });
  });

  it('refuses an object that etcd would not take', async () => {
    const api = createInMemoryKube();
    await expect(configMap(api, 'big', { a: 'x'.repeat(1_600_000) })).rejects.toMatchObject({
      status: 413,
      message: 'etcdserver: request is too large',
    });
    await expect(api.get(refTo('big', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('keeps a running pod until its node confirms the end', async () => {
    const api = createInMemoryKube({ clock: { now: () => 0, after: () => () => undefined } });
    await api.create(resources.pods, pod('p'));
    await api.patch(refTo('p'), 'merge', { spec: { nodeName: 'n' } });
    await api.delete(refTo('p'), { gracePeriodSeconds: 10 });
    const marked = await api.get<Thing>(refTo('p'));
    expect(marked.metadata).toMatchObject({
      deletionTimestamp: '1970-01-01T00:00:10Z',
      deletionGracePeriodSeconds: 10,
    });
    await api.delete(refTo('p'), { gracePeriodSeconds: 0 });
    await expect(api.get(refTo('p'))).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('collects a dependent that is created after its owner has gone', async () => {
    const api = createInMemoryKube();
    const owner = await configMap(api, 'owner');
    await api.delete(refTo('owner', resources.configMaps));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '' }];
    await api.create(resources.configMaps, { metadata: { name: 'late', namespace, ownerReferences } });
    await expect(api.get(refTo('late', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('holds an owner in the foreground until its dependents have gone', async () => {
    const api = createInMemoryKube();
    const owner = await configMap(api, 'owner');
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '', blockOwnerDeletion: true },
    ];
    const finalizers = ['argosy.dev/slow'];
    await api.create(resources.configMaps, { metadata: { name: 'child', namespace, ownerReferences, finalizers } });
    await api.delete(refTo('owner', resources.configMaps), { propagationPolicy: 'Foreground' });
    expect((await api.get(refTo('owner', resources.configMaps))).metadata?.deletionTimestamp).toBeDefined();
    await api.patch(refTo('child', resources.configMaps), 'merge', { metadata: { finalizers: null } });
    await expect(api.get(refTo('owner', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('leaves orphans behind when told to', async () => {
    const api = createInMemoryKube();
    const owner = await configMap(api, 'owner');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '' }];
    await api.create(resources.configMaps, { metadata: { name: 'child', namespace, ownerReferences } });
    await api.delete(refTo('owner', resources.configMaps), { propagationPolicy: 'Orphan' });
    await expect(api.get(refTo('owner', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
    expect((await api.get(refTo('child', resources.configMaps))).metadata?.ownerReferences).toEqual([]);
  });

  it('empties a namespace before it goes', async () => {
    const api = createInMemoryKube({ namespaces: ['default', 'team'] });
    const metadata = { name: 'held', namespace: 'team', finalizers: ['argosy.dev/slow'] };
    await api.create(resources.configMaps, { metadata });
    await api.delete({ type: resources.namespaces, name: 'team' });
    const ending = await api.get<Thing>({ type: resources.namespaces, name: 'team' });
    expect(ending.status?.phase).toBe('Terminating');
    const late = api.create(resources.configMaps, { metadata: { name: 'late', namespace: 'team' } });
    await expect(late).rejects.toMatchObject({ code: 'Forbidden' });
    const ref = { type: resources.configMaps, namespace: 'team', name: 'held' };
    await api.patch(ref, 'merge', { metadata: { finalizers: null } });
    await expect(api.get({ type: resources.namespaces, name: 'team' })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('counts generations of what was asked for, not of bookkeeping', async () => {
    const api = createInMemoryKube();
    const ref = { type: resources.workflows, namespace, name: 'w' };
    await api.create(resources.workflows, { metadata: { name: 'w', namespace }, spec: { a: 1 } });
    const labelled = await api.patch(ref, 'merge', { metadata: { labels: { x: 'y' } } });
    const changed = await api.patch(ref, 'merge', { spec: { a: 2 } });
    expect([labelled.metadata?.generation, changed.metadata?.generation]).toEqual([1, 2]);
  });

  it('keeps a key called __proto__ as data', async () => {
    const api = createInMemoryKube();
    await configMap(api, 'p');
    const patch: unknown = JSON.parse('{"data":{"__proto__":"x"}}');
    const patched = await api.patch<Thing>(refTo('p', resources.configMaps), 'merge', patch);
    expect(Object.keys(patched.data ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('continues from its journal with the same objects, versions and owners', async () => {
    const entries: JournalEntry[] = [];
    const journal: KubeJournal = {
      read: () => [...entries],
      append: (entry) => void entries.push(entry),
      flush: async () => undefined,
    };
    const first = createInMemoryKube({ journal });
    const owner = await configMap(first, 'owner', { a: '1' });
    await configMap(first, 'gone');
    await first.delete(refTo('gone', resources.configMaps));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid ?? '' }];
    const child = await first.create<Thing>(resources.configMaps, {
      metadata: { name: 'child', namespace, ownerReferences },
    });

    const second = createInMemoryKube({ journal });
    expect(await second.get(refTo('owner', resources.configMaps))).toEqual(owner);
    await expect(second.get(refTo('gone', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
    const next = await configMap(second, 'next');
    expect(Number(next.metadata?.resourceVersion)).toBeGreaterThan(Number(child.metadata?.resourceVersion));
    const { resourceVersion = '' } = owner.metadata ?? {};
    const signal = new AbortController().signal;
    await expect(firstOf(second.watch(resources.configMaps, { resourceVersion, signal }))).rejects.toMatchObject({
      code: 'Gone',
    });
    await second.delete(refTo('owner', resources.configMaps));
    await expect(second.get(refTo('child', resources.configMaps))).rejects.toMatchObject({ code: 'NotFound' });
  });
});
