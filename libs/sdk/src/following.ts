import { setTimeout as delay } from 'node:timers/promises';
import { ArgosyError } from './errors.js';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/**
 * Keeps a subscription going over broken connections: `open` is called again, with back-off, after each break. What has
 * been received resets the back-off. Errors other than a lost connection end it.
 */
export async function* following<T>(
  open: () => AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    try {
      for await (const item of open()) {
        delayMs = FIRST_DELAY_MS;
        yield item;
        if (signal?.aborted) return;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof ArgosyError) || error.code !== 'unreachable') throw error;
      await delay(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) return;
    }
  }
}
