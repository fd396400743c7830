import type { Clock } from '@argosy/kube';

/** A clock turned by hand. */
export class ManualClock implements Clock {
  private nowMs = 0;
  private readonly planned = new Map<symbol, { at: number; callback: () => void }>();

  constructor(startMs = 0) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = Symbol('timer');
    this.planned.set(id, { at: this.nowMs + delayMs, callback });
    return () => void this.planned.delete(id);
  }

  get pending(): number {
    return this.planned.size;
  }

  /** When the next callback is due; undefined when none is planned. */
  get nextAt(): number | undefined {
    return this.planned.size === 0 ? undefined : Math.min(...[...this.planned.values()].map(({ at }) => at));
  }

  /** Moves time on and calls back what is due, in order. */
  advanceTo(atMs: number): void {
    this.nowMs = Math.max(this.nowMs, atMs);
    for (;;) {
      const due = [...this.planned].filter(([, { at }]) => at <= this.nowMs).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) return;
      this.planned.delete(due[0]);
      due[1].callback();
    }
  }
}
