import type { WatchEvent, WatchOptions } from '../port/kube-api.js';
import type { KubeObject } from '../port/resource.js';
import { expiredVersion } from './refusals.js';
import type { Predicate } from './selectors.js';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}
type Event = WatchEvent<KubeObject>;

/** Irrelevant changes after which a quiet watcher is told how far the world has moved, so that it can resume there. */
const BOOKMARK_EVERY = 500;
/** A watcher that falls this far behind is disconnected and lists again, as a real API server does. */
const MAX_BACKLOG = 200_000;

/** The recent changes of one kind and those who follow them. */
export class WatchHub {
  private history: Change[] = [];
  private readonly watchers = new Set<Watcher>();

  /** `startVersion`: changes up to it are not in the history. */
  constructor(
    private startVersion: number,
    private readonly historyLimit: number,
  ) {}

  publish(change: Change): void {
    this.history.push(change);
    // Trimmed in halves, so that a change costs O(1) on average.
    if (this.history.length > this.historyLimit * 2) {
      const dropped = this.history.splice(0, this.history.length - this.historyLimit);
      this.startVersion = dropped.at(-1)?.version ?? this.startVersion;
    }
    for (const watcher of this.watchers) watcher.offer(change);
  }

  /** Subscribes at once; what happens between this call and the first read is not lost. */
  open(options: WatchOptions, matches: Predicate | undefined, initial: readonly KubeObject[]): AsyncIterable<Event> {
    const { signal } = options;
    const end = (): void => watcher.end();
    const watcher = new Watcher(options.namespace, matches, () => {
      this.watchers.delete(watcher);
      // One signal often serves many watches, one after the other.
      signal.removeEventListener('abort', end);
    });
    if (options.resourceVersion === undefined) {
      for (const object of initial) watcher.push({ type: 'ADDED', object });
    } else this.replay(watcher, Number(options.resourceVersion));
    this.watchers.add(watcher);
    if (signal.aborted) watcher.end();
    else signal.addEventListener('abort', end, { once: true });
    return watcher;
  }

  /** Ends every watch, as a server does when it goes away. */
  disconnectAll(): void {
    for (const watcher of this.watchers) watcher.end();
  }

  private replay(watcher: Watcher, since: number): void {
    if (since < this.startVersion) throw expiredVersion(since, this.startVersion);
    let low = 0;
    let high = this.history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.history[middle]?.version ?? 0) <= since) low = middle + 1;
      else high = middle;
    }
    for (let position = low; position < this.history.length; position++)
      watcher.offer(this.history[position] as Change);
  }
}

class Watcher implements AsyncIterableIterator<Event> {
  private queue: Event[] = [];
  private next_ = 0;
  private waiting: ((result: IteratorResult<Event>) => void)[] = [];
  private ended = false;
  private skipped = 0;

  constructor(
    private readonly namespace: string | undefined,
    private readonly matches: Predicate | undefined,
    private readonly onEnd: () => void,
  ) {}

  /** Seen through a selector, an object that begins to match is added and one that ceases to match is deleted. */
  offer(change: Change): void {
    if (this.namespace !== undefined && change.object.metadata?.namespace !== this.namespace) return this.skip(change);
    const now = change.type !== 'DELETED' && (this.matches?.(change.object) ?? true);
    const before = change.previous !== undefined && (this.matches?.(change.previous) ?? true);
    if (!now && !before) return this.skip(change);
    this.push({ type: now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED', object: change.object });
  }

  push(event: Event): void {
    if (this.ended) return;
    this.skipped = 0;
    const waiting = this.waiting.shift();
    if (waiting) return waiting({ done: false, value: event });
    this.queue.push(event);
    if (this.queue.length - this.next_ > MAX_BACKLOG) this.end();
  }

  end(): void {
    this.ended = true;
    this.onEnd();
    for (const waiting of this.waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  async next(): Promise<IteratorResult<Event>> {
    const event = this.queue[this.next_];
    if (event) {
      this.next_ += 1;
      if (this.next_ === this.queue.length) {
        this.queue = [];
        this.next_ = 0;
      }
      return { done: false, value: event };
    }
    if (this.ended) return { done: true, value: undefined };
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Event>> {
    this.queue = [];
    this.next_ = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private skip(change: Change): void {
    this.skipped += 1;
    if (this.skipped >= BOOKMARK_EVERY) this.push({ type: 'BOOKMARK', resourceVersion: String(change.version) });
  }
}
