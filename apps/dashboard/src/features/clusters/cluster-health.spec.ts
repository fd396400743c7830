import { describe, expect, it } from '@jest/globals';
import { healthOf, lagHeight, lagText, withLag } from './cluster-health.js';

describe('the health of a cluster', () => {
  it.each([
    ['PENDING', null, 'awaited'],
    ['DISCONNECTED', 3, 'lost'],
    ['CONNECTED', null, 'good'],
    ['CONNECTED', 4_999, 'good'],
    ['CONNECTED', 60_000, 'behind'],
  ] as const)('%s with a lag of %s is %s', (state, lagMs, health) => expect(healthOf({ state, lagMs })).toBe(health));

  it.each([
    [null, '–'],
    [6, '6 ms'],
    [1_240, '1.2 s'],
    [180_000, '3 min'],
  ])('writes a lag of %s as %s', (lagMs, text) => expect(lagText(lagMs)).toBe(text));

  it('draws a lag between nothing and a minute', () => {
    expect([lagHeight(0), lagHeight(60_000), lagHeight(3_600_000)]).toEqual([0, 1, 1]);
    expect(lagHeight(100)).toBeGreaterThan(lagHeight(10));
  });

  it('remembers the last values', () => {
    expect(withLag([1], 2)).toEqual([1, 2]);
    expect(withLag([1], null)).toEqual([1]);
    expect(
      withLag(
        Array.from({ length: 60 }, (_, index) => index),
        60,
      ),
    ).toHaveLength(60);
  });
});
