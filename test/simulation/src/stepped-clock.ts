import type { Clock } from '@argosy/kube';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Virtual time: moves only when it is told to, from one planned moment to the next. */
export class SteppedClock implements Clock {
  private readonly timers = new Set<Timer>();
  private count = 0;

  constructor(private nowMs: number) {}

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.nowMs + delayMs, order: this.count++, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  get nextAt(): number | undefined {
    return this.earliest()?.at;
  }

  advanceTo(atMs: number): void {
    for (let next = this.earliest(); next && next.at <= atMs; next = this.earliest()) {
      this.timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.at);
      next.callback();
    }
    this.nowMs = Math.max(this.nowMs, atMs);
  }

  private earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    return first;
  }
}
