import { isKubeError, KubeError } from '../port/errors.js';
import type { KubeApi, WatchEvent } from '../port/kube-api.js';
import type { KubeObject, ResourceType } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import { sleep, systemClock } from '../port/time.js';

export interface InformerOptions<T extends KubeObject> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Called for every difference between what was known and what is, in order. After a gap, differences are computed. */
  readonly onChange?: (change: InformerChange<T>) => void;
  /** Called when listing or watching failed; the informer goes on by itself. */
  readonly onError?: (error: KubeError) => void;
  /** Named groupings of the cached objects, kept up to date. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  readonly clock?: Clock;
  /** In [0, 1); spreads the reconnects of many agents. */
  readonly random?: () => number;
}
export type InformerChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly object: T };

export interface Informer<T extends KubeObject> {
  /** Resolves once the first list has been taken in. Rejects when stopped before. */
  readonly synced: Promise<void>;
  get(namespace: string, name: string): T | undefined;
  list(): T[];
  byIndex(index: string, value: string): T[];
  /** Takes in an object that this process wrote itself, unless something newer is known already. */
  observe(object: T): void;
  stop(): Promise<void>;
}

const PAGE_SIZE = 500;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** A cache of one kind that follows the API by list and watch, and never gives up. */
export const createInformer = <T extends KubeObject>(
  api: KubeApi,
  type: ResourceType,
  options: InformerOptions<T> = {},
): Informer<T> => new CachingInformer<T>(api, type, options);

class CachingInformer<T extends KubeObject> implements Informer<T> {
  readonly synced: Promise<void>;
  private readonly objects = new Map<string, T>();
  private readonly indexed = new Map<string, Map<string, Set<string>>>();
  private readonly aborter = new AbortController();
  private readonly clock: Clock;
  private readonly running: Promise<void>;
  private markSynced!: { resolve: () => void; reject: (error: KubeError) => void };
  private version: string | undefined;
  private failures = 0;

  constructor(
    private readonly api: KubeApi,
    private readonly type: ResourceType,
    private readonly options: InformerOptions<T>,
  ) {
    this.clock = options.clock ?? systemClock;
    for (const name of Object.keys(options.indexes ?? {})) this.indexed.set(name, new Map());
    this.synced = new Promise((resolve, reject) => (this.markSynced = { resolve, reject }));
    // Whoever does not wait for the first list must not be punished when it never comes.
    this.synced.catch(() => undefined);
    this.running = this.run();
  }

  get(namespace: string, name: string): T | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  list(): T[] {
    return [...this.objects.values()];
  }

  byIndex(index: string, value: string): T[] {
    const keys = this.indexed.get(index)?.get(value) ?? [];
    return [...keys].flatMap((key) => this.objects.get(key) ?? []);
  }

  observe(object: T): void {
    const known = this.objects.get(keyOf(object));
    if (known && isNewer(known, object)) return;
    this.take(object);
  }

  async stop(): Promise<void> {
    this.aborter.abort();
    await this.running;
    this.markSynced.reject(new KubeError('Unavailable', 'the informer was stopped', 503));
  }

  private async run(): Promise<void> {
    const { signal } = this.aborter;
    while (!signal.aborted) {
      try {
        if (this.version === undefined) await this.relist();
        this.markSynced.resolve();
        await this.follow();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private async follow(): Promise<void> {
    const { onChange: _c, onError: _e, indexes: _i, clock: _k, random: _r, ...selection } = this.options;
    const startedAt = this.clock.now();
    const watch = this.api.watch<T>(this.type, {
      ...selection,
      ...(this.version !== undefined && { resourceVersion: this.version }),
      signal: this.aborter.signal,
    });
    let events = 0;
    for await (const event of watch) {
      events += 1;
      this.failures = 0;
      this.apply(event);
      if (this.aborter.signal.aborted) return;
    }
    // A server that hangs up at once must not be asked again in a tight loop.
    if (events === 0 && this.clock.now() - startedAt < FIRST_DELAY_MS) await this.pause();
  }

  private apply(event: WatchEvent<T>): void {
    if (event.type === 'BOOKMARK') {
      this.version = event.resourceVersion;
      return;
    }
    this.version = event.object.metadata?.resourceVersion ?? this.version;
    if (event.type === 'DELETED') this.drop(event.object);
    else if (!isNewer(this.objects.get(keyOf(event.object)), event.object)) this.take(event.object);
  }

  private async relist(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.options;
    const seen = new Set<string>();
    let continueToken: string | undefined;
    do {
      const page = await this.api.list<T>(this.type, {
        ...(namespace !== undefined && { namespace }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
        limit: PAGE_SIZE,
        ...(continueToken !== undefined && { continueToken }),
      });
      for (const object of page.items) {
        seen.add(keyOf(object));
        this.take(object);
      }
      continueToken = page.continueToken;
      if (continueToken === undefined) this.version = page.resourceVersion;
    } while (continueToken !== undefined && !this.aborter.signal.aborted);
    for (const [key, object] of this.objects) if (!seen.has(key)) this.drop(object);
  }

  private async recover(error: unknown): Promise<void> {
    if (this.aborter.signal.aborted) return;
    const problem =
      error instanceof KubeError ? error : new KubeError('Internal', String(error), 500, 'backoff', { cause: error });
    if (isKubeError(problem, 'Gone')) {
      this.version = undefined;
      this.failures += 1;
      // The first expiry is everyday life; only a list that expires at once again is worth waiting.
      if (this.failures === 1) return;
    }
    this.options.onError?.(problem);
    await this.pause();
  }

  private async pause(): Promise<void> {
    const random = this.options.random ?? Math.random;
    const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.failures, 10));
    this.failures += 1;
    await sleep(this.clock, ceiling * (0.5 + random() / 2), this.aborter.signal);
  }

  private take(object: T): void {
    const key = keyOf(object);
    const previous = this.objects.get(key);
    if (previous?.metadata?.resourceVersion === object.metadata?.resourceVersion && previous) return;
    if (previous && previous.metadata?.uid !== object.metadata?.uid) this.drop(previous);
    const known = this.objects.get(key);
    if (known) this.unindex(key, known);
    this.objects.set(key, object);
    this.index(key, object);
    this.options.onChange?.(known ? { type: 'updated', object, previous: known } : { type: 'added', object });
  }

  private drop(object: T): void {
    const key = keyOf(object);
    const known = this.objects.get(key);
    // A delete seen late must not take away a successor of the same name.
    if (!known || known.metadata?.uid !== object.metadata?.uid) return;
    this.unindex(key, known);
    this.objects.delete(key);
    this.options.onChange?.({ type: 'deleted', object });
  }

  private index(key: string, object: T): void {
    for (const [name, valuesOf] of Object.entries(this.options.indexes ?? {})) {
      const index = this.indexed.get(name) as Map<string, Set<string>>;
      for (const value of valuesOf(object)) index.set(value, (index.get(value) ?? new Set()).add(key));
    }
  }

  private unindex(key: string, object: T): void {
    for (const [name, valuesOf] of Object.entries(this.options.indexes ?? {})) {
      const index = this.indexed.get(name) as Map<string, Set<string>>;
      for (const value of valuesOf(object)) {
        index.get(value)?.delete(key);
        if (index.get(value)?.size === 0) index.delete(value);
      }
    }
  }
}

const keyOf = (object: KubeObject): string => `${object.metadata?.namespace ?? ''}/${object.metadata?.name ?? ''}`;

/** Whether what is known of the same object is newer. Versions are opaque to clients, but of one object they grow. */
function isNewer(known: KubeObject | undefined, candidate: KubeObject): boolean {
  if (known?.metadata?.uid !== candidate.metadata?.uid) return false;
  return Number(known?.metadata?.resourceVersion) > Number(candidate.metadata?.resourceVersion);
}
