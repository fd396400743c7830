import type { Clock } from '@argosy/kube';

/** Stands still until it is moved; what is due then runs in order. */
export class ManualClock implements Clock {
  private timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(private time = Date.parse('2026-01-01T00:00:00Z')) {}

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.time + delayMs, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = until;
  }
}

/** Resolves when it holds. Looks after every turn of the event loop, moving the clock a little, so that nothing waits in vain. */
export async function eventually(holds: () => boolean, clock?: ManualClock): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    clock?.advance(10);
  }
}
