import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';

describe('the delay before dialling again', () => {
  it('doubles up to half a minute, and begins anew after a connection', () => {
    const backoff = new Backoff(() => 1);
    const delays = Array.from({ length: 9 }, () => backoff.next());
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    backoff.reset();
    expect(backoff.next()).toBe(500);
    backoff.slowest();
    expect(backoff.next()).toBe(30_000);
  });

  it('is anything below that, so that agents do not come in step', () => {
    const random = [0, 0.5, 0.999];
    const backoff = new Backoff(() => random.shift() ?? 0);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 500, 1998]);
  });
});
