import type { Clock } from '@argosy/kube';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 60_000;
/** Timers of the platform hold 24 days at most; a look too early costs nothing, and plans the next one. */
const LONGEST_TIMER_MS = 7 * 86_400_000;

/**
 * Keys that want a look. A key waits at most once and is worked on by one worker at a time; added while it is worked on,
 * it comes again afterwards. The request is the key alone, never what happened to it.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly active = new Set<string>();
  private readonly again = new Set<string>();
  private readonly timers = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  private readonly failures = new Map<string, number>();
  private readonly idleWaiters: (() => void)[] = [];
  private started = false;
  private stopped = false;

  constructor(
    private readonly work: (key: string) => Promise<void>,
    private readonly options: {
      readonly clock: Clock;
      readonly concurrency: number;
      readonly onError: (key: string, error: unknown) => void;
    },
  ) {}

  /** Begins to work. Keys may be added before. */
  start(): void {
    this.started = true;
    this.pump();
  }

  add(key: string): void {
    if (this.stopped) return;
    if (this.active.has(key)) this.again.add(key);
    else this.waiting.add(key);
    this.pump();
  }

  /** At the given time, or at once when it has passed. An earlier time given before stays. */
  addAt(key: string, atMs: number): void {
    if (this.stopped) return;
    if (atMs <= this.options.clock.now()) return this.add(key);
    const planned = this.timers.get(key);
    if (planned && planned.at <= atMs) return;
    planned?.cancel();
    const fire = (): void => {
      this.timers.delete(key);
      this.add(key);
    };
    const delayMs = Math.min(atMs - this.options.clock.now(), LONGEST_TIMER_MS);
    const cancel = this.options.clock.after(delayMs, fire);
    this.timers.set(key, { at: atMs, cancel });
  }

  /** Later and later with every failure in a row, from 100 ms to a minute. Returns the number of failures. */
  addAfterFailure(key: string): number {
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    this.addAt(key, this.options.clock.now() + Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS));
    return failures;
  }

  succeeded(key: string): void {
    this.failures.delete(key);
  }

  /** Takes back what is planned for a key that no longer exists. */
  forget(key: string): void {
    this.timers.get(key)?.cancel();
    this.timers.delete(key);
    this.failures.delete(key);
  }

  /** Resolves when nothing waits and nothing is worked on; planned times do not count. */
  idle(): Promise<void> {
    return this.waiting.size === 0 && this.active.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Takes nothing new; resolves when what is being worked on is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    this.again.clear();
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
    await this.idle();
  }

  private pump(): void {
    if (!this.started) return;
    for (const key of this.waiting) {
      if (this.active.size >= this.options.concurrency) return;
      this.waiting.delete(key);
      this.active.add(key);
      void this.runOne(key);
    }
  }

  private async runOne(key: string): Promise<void> {
    try {
      await this.work(key);
    } catch (error) {
      this.options.onError(key, error);
    }
    this.active.delete(key);
    if (this.again.delete(key)) this.waiting.add(key);
    this.pump();
    if (this.waiting.size === 0 && this.active.size === 0) for (const done of this.idleWaiters.splice(0)) done();
  }
}
