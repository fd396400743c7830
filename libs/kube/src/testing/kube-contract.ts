import type { KubeErrorCode } from '../port/errors.js';
import { isKubeError } from '../port/errors.js';
import type { KubeApi, WatchEvent } from '../port/kube-api.js';
import type { KubeObject, ObjectRef } from '../port/resource.js';
import { resources } from '../port/resource.js';

export interface KubeUnderTest {
  readonly api: KubeApi;
  /** A namespace that exists and in which no node runs pods. */
  readonly namespace: string;
  readonly close?: () => Promise<void>;
}

type Thing = KubeObject & {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  data?: Record<string, string>;
};

/** What every adapter of the port must do. Run it against each, and against a real API server where there is one. */
export function kubeContract(title: string, make: () => Promise<KubeUnderTest>): void {
  describe(`${title} keeps the contract of KubeApi`, () => {
    let api: KubeApi;
    let namespace: string;
    let close: (() => Promise<void>) | undefined;
    let serial = 0;
    const name = (): string => `contract-${Date.now().toString(36)}-${++serial}`;

    beforeAll(async () => {
      ({ api, namespace, close } = await make());
    });
    afterAll(() => close?.());

    const refTo = (type: ObjectRef['type'], named: string): ObjectRef => ({ type, namespace, name: named });
    const configMap = (named: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) =>
      api.create<Thing>(resources.configMaps, { metadata: { name: named, namespace, labels }, data });
    const pod = (named: string, extra: Partial<Thing> = {}): Promise<Thing> =>
      api.create<Thing>(resources.pods, {
        metadata: { name: named, namespace, ...extra.metadata },
        spec: { restartPolicy: 'Never', schedulerName: 'nobody', containers: [{ name: 'main', image: 'none' }] },
      });
    const expectRefusal = async (promise: Promise<unknown>, code: KubeErrorCode): Promise<Error> => {
      const error: unknown = await promise.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(isKubeError(error, code) ? code : error).toBe(code);
      return error as Error;
    };
    /** Collects events until one satisfies; then ends the watch. */
    async function collect(
      start: (signal: AbortSignal) => AsyncIterable<WatchEvent<Thing>>,
      isLast: (event: WatchEvent<Thing>) => boolean,
    ): Promise<string[]> {
      const aborter = new AbortController();
      const seen: string[] = [];
      for await (const event of start(aborter.signal)) {
        if (event.type === 'BOOKMARK') continue;
        seen.push(`${event.type} ${event.object.metadata?.name ?? ''}`);
        if (isLast(event)) aborter.abort();
      }
      return seen;
    }

    describe('create and get', () => {
      it('fills in what the server owns', async () => {
        const created = await configMap(name(), { a: '1' });
        expect(created.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
        expect(created.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(created.metadata?.resourceVersion).toMatch(/^\d+$/);
        const read = await api.get<Thing>(refTo(resources.configMaps, created.metadata?.name ?? ''));
        expect(read).toEqual(created);
        expect(read).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } });
      });

      it('completes a generated name', async () => {
        const created = await api.create<Thing>(resources.configMaps, {
          metadata: { generateName: 'gen-', namespace },
        });
        expect(created.metadata?.name).toMatch(/^gen-[a-z0-9]{5}$/);
      });

      it('refuses a name that is taken, an object that is not there, a bad name, a bad label and a bad key', async () => {
        const taken = name();
        await configMap(taken);
        expect((await expectRefusal(configMap(taken), 'AlreadyExists')).message).toBe(
          `configmaps "${taken}" already exists`,
        );
        const missing = await expectRefusal(api.get(refTo(resources.configMaps, 'not-there')), 'NotFound');
        expect(missing.message).toBe('configmaps "not-there" not found');
        const bad = await expectRefusal(configMap('Not_A_Name'), 'Invalid');
        expect(bad.message).toContain('a lowercase RFC 1123 subdomain must consist of');
        await expectRefusal(configMap(name(), {}, { ok: 'not ok!' }), 'Invalid');
        const badKey = await expectRefusal(configMap(name(), { 'a/b': '1' }), 'Invalid');
        expect(badKey.message).toContain('a valid config key must consist of');
      });

      it('refuses a namespace that does not exist', async () => {
        const stray = { metadata: { name: 'stray', namespace: 'no-such-namespace' } };
        expect((await expectRefusal(api.create(resources.configMaps, stray), 'NotFound')).message).toBe(
          'namespaces "no-such-namespace" not found',
        );
      });
    });

    describe('update and patch', () => {
      it('refuses a stale writer', async () => {
        const first = await configMap(name(), { a: '1' });
        const second = await api.update<Thing>(resources.configMaps, { ...first, data: { a: '2' } });
        expect(second.data).toEqual({ a: '2' });
        const stale = api.update<Thing>(resources.configMaps, { ...first, data: { a: '3' } });
        expect((await expectRefusal(stale, 'Conflict')).message).toContain('the object has been modified');
        const ref = refTo(resources.configMaps, first.metadata?.name ?? '');
        const { resourceVersion } = first.metadata ?? {};
        await expectRefusal(api.patch(ref, 'merge', { metadata: { resourceVersion }, data: { a: '4' } }), 'Conflict');
        expect((await api.get<Thing>(ref)).data).toEqual({ a: '2' });
      });

      it('changes the version only when something changes', async () => {
        const first = await configMap(name(), { a: '1' });
        const ref = refTo(resources.configMaps, first.metadata?.name ?? '');
        const same = await api.patch<Thing>(ref, 'merge', { data: { a: '1' } });
        expect(same.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
      });

      it('merges, removes with null and replaces lists', async () => {
        const first = await configMap(name(), { a: '1', b: '2' });
        const ref = refTo(resources.configMaps, first.metadata?.name ?? '');
        const merged = await api.patch<Thing>(ref, 'merge', {
          data: { a: null, c: '3' },
          metadata: { labels: { x: 'y' } },
        });
        expect(merged.data).toEqual({ b: '2', c: '3' });
        expect(merged.metadata?.labels).toEqual({ x: 'y' });
      });

      it('applies JSON patches, all or nothing', async () => {
        const first = await configMap(name(), {}, { a: '1' });
        const ref = refTo(resources.configMaps, first.metadata?.name ?? '');
        const patched = await api.patch<Thing>(ref, 'json', [
          { op: 'test', path: '/metadata/labels/a', value: '1' },
          { op: 'add', path: '/metadata/labels/b~1c', value: '2' },
          { op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/d' },
        ]);
        expect(patched.metadata?.labels).toEqual({ 'b/c': '2', d: '1' });
        await expectRefusal(
          api.patch(ref, 'json', [
            { op: 'remove', path: '/metadata/labels/d' },
            { op: 'test', path: '/metadata/labels/none', value: 'x' },
          ]),
          'Invalid',
        );
        expect((await api.get<Thing>(ref)).metadata?.labels).toEqual({ 'b/c': '2', d: '1' });
      });

      it('merges lists by key in a strategic merge', async () => {
        const created = await pod(name());
        const ref = refTo(resources.pods, created.metadata?.name ?? '');
        await api.patch(ref, 'strategic-merge', { metadata: { finalizers: ['argosy.dev/a'] } });
        const patched = await api.patch<Thing>(ref, 'strategic-merge', {
          metadata: { finalizers: ['argosy.dev/b'] },
          spec: { containers: [{ name: 'main', image: 'other' }] },
        });
        expect(patched.metadata?.finalizers).toEqual(expect.arrayContaining(['argosy.dev/a', 'argosy.dev/b']));
        expect(patched.spec?.containers).toEqual([expect.objectContaining({ name: 'main', image: 'other' })]);
        await api.patch(ref, 'merge', { metadata: { finalizers: null } });
      });

      it('keeps status and the rest apart where status is a subresource', async () => {
        const created = await pod(name());
        const ref = refTo(resources.pods, created.metadata?.name ?? '');
        const conditions = [{ type: 'Ready', status: 'False' }];
        const status = { phase: 'Failed', reason: 'Testing', conditions };
        const patched = await api.patch<Thing>(ref, 'merge', { status }, 'status');
        expect(patched.status).toMatchObject({ phase: 'Failed', reason: 'Testing' });
        const untouched = await api.patch<Thing>(ref, 'merge', { status: { phase: 'Running' } });
        expect(untouched.status).toMatchObject({ phase: 'Failed' });
      });

      it('refuses to change what a pod runs', async () => {
        const created = await pod(name());
        const ref = refTo(resources.pods, created.metadata?.name ?? '');
        const refused = api.patch(ref, 'merge', { spec: { restartPolicy: 'Always' } });
        expect((await expectRefusal(refused, 'Invalid')).message).toContain('pod updates may not change fields');
      });
    });

    describe('list', () => {
      it('selects by labels and fields', async () => {
        const group = name();
        await configMap(`${group}-a`, {}, { group, tier: 'one' });
        await configMap(`${group}-b`, {}, { group, tier: 'two' });
        await configMap(`${group}-c`, {}, { group });
        const names = async (labelSelector: string, fieldSelector?: string): Promise<string[]> => {
          const options = { namespace, labelSelector, ...(fieldSelector !== undefined && { fieldSelector }) };
          const { items } = await api.list<Thing>(resources.configMaps, options);
          return items.map(({ metadata }) => metadata?.name?.slice(group.length) ?? '');
        };
        expect(await names(`group=${group}`)).toEqual(['-a', '-b', '-c']);
        expect(await names(`group=${group},tier!=one`)).toEqual(['-b', '-c']);
        expect(await names(`group=${group},tier in (one, two)`)).toEqual(['-a', '-b']);
        expect(await names(`group=${group},tier notin (one)`)).toEqual(['-b', '-c']);
        expect(await names(`group=${group},!tier`)).toEqual(['-c']);
        expect(await names(`group=${group},tier`)).toEqual(['-a', '-b']);
        expect(await names(`group=${group}`, `metadata.name=${group}-b`)).toEqual(['-b']);
        expect(await names(`group=${group}`, `metadata.name!=${group}-b`)).toEqual(['-a', '-c']);
      });

      it('gives pages of one consistent state', async () => {
        const group = name();
        for (const letter of ['a', 'b', 'c', 'd', 'e']) await configMap(`${group}-${letter}`, {}, { group });
        const options = { namespace, labelSelector: `group=${group}`, limit: 2 };
        const first = await api.list<Thing>(resources.configMaps, options);
        await api.delete(refTo(resources.configMaps, `${group}-e`));
        const rest: string[] = [];
        let continueToken = first.continueToken;
        while (continueToken !== undefined) {
          const page = await api.list<Thing>(resources.configMaps, { ...options, continueToken });
          rest.push(...page.items.map(({ metadata }) => metadata?.name?.slice(-1) ?? ''));
          continueToken = page.continueToken;
        }
        expect(first.items).toHaveLength(2);
        expect(rest).toEqual(['c', 'd', 'e']);
      });

      it('names kind and version in every item', async () => {
        await configMap(name());
        const { items } = await api.list<Thing>(resources.configMaps, { namespace });
        expect(items[0]).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
      });
    });

    describe('watch', () => {
      it('gives what is there, then what changes', async () => {
        const group = name();
        await configMap(`${group}-a`, {}, { group });
        const selection = { namespace, labelSelector: `group=${group}` };
        const seen = collect(
          (signal) => api.watch<Thing>(resources.configMaps, { ...selection, signal }),
          (event) => event.type === 'DELETED',
        );
        await configMap(`${group}-b`, {}, { group });
        await api.patch(refTo(resources.configMaps, `${group}-b`), 'merge', { data: { x: 'y' } });
        await api.delete(refTo(resources.configMaps, `${group}-b`));
        const events = await seen;
        expect(events[0]).toBe(`ADDED ${group}-a`);
        expect(events.at(-1)).toBe(`DELETED ${group}-b`);
      });

      it('resumes after a version with nothing lost and nothing repeated', async () => {
        const group = name();
        await configMap(`${group}-a`, {}, { group });
        const selection = { namespace, labelSelector: `group=${group}` };
        const { resourceVersion } = await api.list(resources.configMaps, selection);
        await configMap(`${group}-b`, {}, { group });
        await api.patch(refTo(resources.configMaps, `${group}-b`), 'merge', { data: { x: 'y' } });
        await api.delete(refTo(resources.configMaps, `${group}-a`));
        const events = await collect(
          (signal) => api.watch<Thing>(resources.configMaps, { ...selection, resourceVersion, signal }),
          (event) => event.type === 'DELETED',
        );
        expect(events).toEqual([`ADDED ${group}-b`, `MODIFIED ${group}-b`, `DELETED ${group}-a`]);
      });

      it('shows an object that stops matching as deleted, and one that begins to as added', async () => {
        const group = name();
        await configMap(`${group}-a`, {}, { group });
        await configMap(`${group}-b`);
        const selection = { namespace, labelSelector: `group=${group}` };
        const { resourceVersion } = await api.list(resources.configMaps, selection);
        await api.patch(refTo(resources.configMaps, `${group}-b`), 'merge', { metadata: { labels: { group } } });
        await api.patch(refTo(resources.configMaps, `${group}-a`), 'merge', { metadata: { labels: { group: null } } });
        const events = await collect(
          (signal) => api.watch<Thing>(resources.configMaps, { ...selection, resourceVersion, signal }),
          (event) => event.type === 'DELETED',
        );
        expect(events).toEqual([`ADDED ${group}-b`, `DELETED ${group}-a`]);
      });

      it('ends quietly when it is aborted', async () => {
        const aborter = new AbortController();
        const events = api.watch<Thing>(resources.configMaps, { namespace, signal: aborter.signal });
        const ended = (async () => {
          for await (const event of events) void event;
          return 'ended';
        })();
        aborter.abort();
        await expect(ended).resolves.toBe('ended');
      });
    });

    describe('delete', () => {
      it('honours preconditions', async () => {
        const created = await configMap(name());
        const ref = refTo(resources.configMaps, created.metadata?.name ?? '');
        const uid = '00000000-0000-0000-0000-000000000000';
        await expectRefusal(api.delete(ref, { preconditions: { uid } }), 'Conflict');
        await api.delete(ref, { preconditions: { uid: created.metadata?.uid ?? '' } });
        await expectRefusal(api.get(ref), 'NotFound');
        await expectRefusal(api.delete(ref), 'NotFound');
      });

      it('waits for finalizers', async () => {
        const named = name();
        const ref = refTo(resources.configMaps, named);
        await api.create<Thing>(resources.configMaps, {
          metadata: { name: named, namespace, finalizers: ['argosy.dev/test'] },
        });
        await api.delete(ref);
        const held = await api.get<Thing>(ref);
        expect(held.metadata?.deletionTimestamp).toBeDefined();
        await api.patch(ref, 'merge', { metadata: { finalizers: null } });
        await expectRefusal(api.get(ref), 'NotFound');
      });

      it('removes at once a pod that no node runs', async () => {
        const created = await pod(name());
        const ref = refTo(resources.pods, created.metadata?.name ?? '');
        await api.delete(ref, { gracePeriodSeconds: 30 });
        await expectRefusal(api.get(ref), 'NotFound');
      });

      it('deletes a selection', async () => {
        const group = name();
        await configMap(`${group}-a`, {}, { group });
        await configMap(`${group}-b`, {}, { group });
        await configMap(`${group}-c`);
        await api.deleteCollection(resources.configMaps, { namespace, labelSelector: `group=${group}` });
        await expectRefusal(api.get(refTo(resources.configMaps, `${group}-a`)), 'NotFound');
        await expect(api.get(refTo(resources.configMaps, `${group}-c`))).resolves.toBeDefined();
      });

      it('takes the dependents of an owner along', async () => {
        const owner = await configMap(name());
        const { name: ownerName = '', uid = '' } = owner.metadata ?? {};
        const dependent = name();
        const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: ownerName, uid }];
        await api.create(resources.configMaps, { metadata: { name: dependent, namespace, ownerReferences } });
        const fieldSelector = `metadata.name=${dependent}`;
        const gone = collect(
          (signal) => api.watch<Thing>(resources.configMaps, { namespace, fieldSelector, signal }),
          (event) => event.type === 'DELETED',
        );
        await api.delete(refTo(resources.configMaps, ownerName), { propagationPolicy: 'Background' });
        expect((await gone).at(-1)).toBe(`DELETED ${dependent}`);
      });
    });

    describe('logs', () => {
      it('refuses the log of a container that has not started or does not exist', async () => {
        const created = await pod(name());
        const ref = refTo(resources.pods, created.metadata?.name ?? '');
        const read = async (container: string): Promise<void> => {
          for await (const chunk of api.logs(ref, { container })) void chunk;
        };
        await expectRefusal(read('other'), 'BadRequest');
        await expectRefusal(
          (async () => {
            for await (const chunk of api.logs(refTo(resources.pods, 'not-there'))) void chunk;
          })(),
          'NotFound',
        );
      });
    });
  });
}
