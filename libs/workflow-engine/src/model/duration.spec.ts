import { describeDuration, parseDuration } from './duration.js';

describe('durations', () => {
  it('are seconds when bare and Go durations otherwise', () => {
    expect(['10', '1m30s', '2h', '500ms', '1.5h', 3].map(parseDuration)).toEqual([
      10_000, 90_000, 7_200_000, 500, 5_400_000, 3000,
    ]);
    expect(['', 'soon', '1d', '5 m'].map(parseDuration)).toEqual([null, null, null, null]);
  });

  it('are told as Argo tells them', () => {
    expect([5000, 60_000, 3_605_000, 90_061_000].map(describeDuration)).toEqual([
      '5 seconds',
      '1 minutes 0 seconds',
      '1 hours 0 minutes 5 seconds',
      '1 days 1 hours 1 minutes 1 seconds',
    ]);
  });
});
