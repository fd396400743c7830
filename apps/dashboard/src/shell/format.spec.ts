import { describe, expect, it } from '@jest/globals';
import { ago, clockTime, dateTime, durationOf, formatSeconds } from './format.js';

const NOW = Date.parse('2026-03-10T12:00:00Z');

describe('durations and times', () => {
  it.each([
    [7, '7s'],
    [125, '2m 05s'],
    [3_725, '1h 02m'],
    [273_600, '3d 04h'],
    [-3, '0s'],
  ])('%s seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it.each([
    [null, 'never'],
    ['2026-03-10T11:59:22Z', '38s ago'],
    ['2026-03-10T11:43:03Z', '16m ago'],
    ['2026-03-10T09:00:00Z', '3h ago'],
    ['2026-03-07T12:00:00Z', '3d ago'],
  ])('%s is %s', (time, text) => expect(ago(time, NOW)).toBe(text));

  it('counts to now while something runs', () => {
    expect(durationOf(null, null, NOW)).toBe('–');
    expect(durationOf('2026-03-10T11:59:00Z', null, NOW)).toBe('1m 00s');
    expect(durationOf('2026-03-10T11:59:00Z', '2026-03-10T11:59:09Z', NOW)).toBe('9s');
  });

  it('shows local time', () => {
    const local = new Date(2026, 2, 4, 5, 6, 7).toISOString();
    expect([clockTime(local), dateTime(local)]).toEqual(['05:06:07', '2026-03-04 05:06:07']);
  });
});
