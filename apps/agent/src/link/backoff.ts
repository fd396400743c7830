const FIRST_CEILING_MS = 500;
const LAST_CEILING_MS = 30_000;

/**
 * Delays between tries: exponential, with full jitter, so that the agents which lost their control plane together do not come
 * back together.
 */
export class Backoff {
  private ceilingMs = FIRST_CEILING_MS;

  /** @param random in [0, 1) */
  constructor(private readonly random: () => number) {}

  /** Milliseconds to wait before the next try. */
  next(): number {
    const delayMs = this.random() * this.ceilingMs;
    this.ceilingMs = Math.min(this.ceilingMs * 2, LAST_CEILING_MS);
    return delayMs;
  }

  reset(): void {
    this.ceilingMs = FIRST_CEILING_MS;
  }

  /** Trying soon would not help. */
  slowest(): void {
    this.ceilingMs = LAST_CEILING_MS;
  }
}
