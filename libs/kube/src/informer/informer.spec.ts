import { createInMemoryKube } from '../memory/in-memory-kube.js';
import { KubeError } from '../port/errors.js';
import type { KubeApi } from '../port/kube-api.js';
import type { KubeObject } from '../port/resource.js';
import { resources } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import type { Informer } from './informer.js';
import { createInformer } from './informer.js';

const namespace = 'default';
const type = resources.configMaps;
type Thing = KubeObject & { data?: Record<string, string> };
const ref = (name: string) => ({ type, namespace, name });
const create = (api: KubeApi, name: string, data: Record<string, string> = {}): Promise<Thing> =>
  api.create<Thing>(type, { metadata: { name, namespace }, data });

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  private readonly timers = new Set<() => void>();
  private waiting: (() => void)[] = [];
  readonly delays: number[] = [];
  now = (): number => 0;
  after = (delayMs: number, run: () => void): (() => void) => {
    this.delays.push(delayMs);
    this.timers.add(run);
    for (const notify of this.waiting.splice(0)) notify();
    return () => this.timers.delete(run);
  };
  /** Waits until somebody sleeps and wakes him. */
  async wake(): Promise<void> {
    if (this.timers.size === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    for (const run of this.timers) {
      this.timers.delete(run);
      run();
    }
  }
}

/** Collects changes and lets a test wait for one. */
function recorder() {
  const changes: string[] = [];
  const waiting: { wanted: string; resolve: () => void }[] = [];
  return {
    changes,
    onChange: ({ type: kind, object }: { type: string; object: KubeObject }) => {
      const change = `${kind} ${object.metadata?.name ?? ''}`;
      changes.push(change);
      for (const { wanted, resolve } of waiting) if (wanted === change) resolve();
    },
    seen: (wanted: string) =>
      changes.includes(wanted) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ wanted, resolve })),
  };
}

describe('An informer', () => {
  let informer: Informer<Thing> | undefined;
  afterEach(() => informer?.stop());

  it('lists what is there and follows what changes', async () => {
    const api = createInMemoryKube();
    const { onChange, seen, changes } = recorder();
    await create(api, 'a');
    informer = createInformer<Thing>(api, type, { namespace, onChange });
    await informer.synced;
    expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['a']);
    await create(api, 'b');
    await api.patch(ref('b'), 'merge', { data: { x: '1' } });
    await api.delete(ref('a'));
    await seen('deleted a');
    expect(changes).toEqual(['added a', 'added b', 'updated b', 'deleted a']);
    expect(informer.get(namespace, 'b')?.data).toEqual({ x: '1' });
    expect(informer.get(namespace, 'a')).toBeUndefined();
  });

  it('keeps indexes up to date', async () => {
    const api = createInMemoryKube();
    const { onChange, seen } = recorder();
    const indexes = { colour: (thing: Thing) => (thing.data?.colour === undefined ? [] : [thing.data.colour]) };
    informer = createInformer<Thing>(api, type, { namespace, indexes, onChange });
    await informer.synced;
    await create(api, 'a', { colour: 'red' });
    await create(api, 'b', { colour: 'red' });
    await api.patch(ref('b'), 'merge', { data: { colour: 'blue' } });
    await seen('updated b');
    expect(informer.byIndex('colour', 'red').map(({ metadata }) => metadata?.name)).toEqual(['a']);
    expect(informer.byIndex('colour', 'blue').map(({ metadata }) => metadata?.name)).toEqual(['b']);
  });

  it('takes in its owner’s own write at once, and no older one over it', async () => {
    const api = createInMemoryKube();
    const { onChange, changes } = recorder();
    const first = await create(api, 'a', { x: '1' });
    informer = createInformer<Thing>(api, type, { namespace, onChange });
    await informer.synced;
    const second = await api.patch<Thing>(ref('a'), 'merge', { data: { x: '2' } });
    informer.observe(second);
    informer.observe(first);
    expect(informer.get(namespace, 'a')?.data).toEqual({ x: '2' });
    expect(changes).toEqual(['added a', 'updated a']);
  });

  it('lists again when its version is gone and reports only the difference', async () => {
    const api = createInMemoryKube({ historyLimit: 1 });
    const { onChange, seen, changes } = recorder();
    const clock = new ManualClock();
    await create(api, 'a');
    await create(api, 'b');
    let isCut = true;
    const flaky: KubeApi = Object.create(api, {
      watch: {
        value: (...args: Parameters<KubeApi['watch']>) => {
          if (!isCut) return api.watch(...args);
          isCut = false;
          return (async function* () {
            // While nobody watches, more happens than the history holds.
            await api.delete(ref('a'));
            for (let index = 0; index < 5; index++) await create(api, `c${index}`);
            yield* api.watch(...args);
          })();
        },
      },
    }) as KubeApi;
    informer = createInformer<Thing>(flaky, type, { namespace, onChange, clock });
    await seen('deleted a');
    expect(changes).toEqual([
      'added a',
      'added b',
      'added c0',
      'added c1',
      'added c2',
      'added c3',
      'added c4',
      'deleted a',
    ]);
    expect(clock.delays).toEqual([]);
  });

  it('backs off with jitter while the API fails, and recovers', async () => {
    const api = createInMemoryKube();
    const clock = new ManualClock();
    const errors: string[] = [];
    let failures = 3;
    const failing: KubeApi = Object.create(api, {
      list: {
        value: (...args: Parameters<KubeApi['list']>) => {
          if (failures-- > 0) return Promise.reject(new KubeError('Unavailable', 'down', 503));
          return api.list(...args);
        },
      },
    }) as KubeApi;
    const onError = (error: KubeError): void => void errors.push(error.message);
    informer = createInformer<Thing>(failing, type, { namespace, clock, onError, random: () => 0.5 });
    for (let index = 0; index < 3; index++) await clock.wake();
    await informer.synced;
    expect(errors).toEqual(['down', 'down', 'down']);
    expect(clock.delays).toEqual([375, 750, 1500]);
  });

  it('goes on when the server ends the watch', async () => {
    const api = createInMemoryKube();
    const { onChange, seen, changes } = recorder();
    informer = createInformer<Thing>(api, type, { namespace, onChange });
    await informer.synced;
    await create(api, 'a');
    await seen('added a');
    api.disconnectWatchers();
    await create(api, 'b');
    await seen('added b');
    expect(changes).toEqual(['added a', 'added b']);
  });

  it('sees a new object of the same name as another one', async () => {
    const api = createInMemoryKube();
    const { onChange, seen, changes } = recorder();
    informer = createInformer<Thing>(api, type, { namespace, onChange });
    await informer.synced;
    await create(api, 'a', { x: '1' });
    await api.delete(ref('a'));
    await create(api, 'a', { x: '2' });
    await create(api, 'end');
    await seen('added end');
    expect(changes).toEqual(['added a', 'deleted a', 'added a', 'added end']);
  });

  it('rejects the wait for the first list when it is stopped before', async () => {
    const api = createInMemoryKube();
    const down: KubeApi = Object.create(api, {
      list: { value: () => Promise.reject(new KubeError('Unavailable', 'down', 503)) },
    }) as KubeApi;
    const stopped = createInformer<Thing>(down, type, { namespace, clock: new ManualClock() });
    await stopped.stop();
    await expect(stopped.synced).rejects.toMatchObject({ message: 'the informer was stopped' });
  });
});
