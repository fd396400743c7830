import { describeDuration } from './duration.js';

describe('durations', () => {
  it('are told as Argo tells them', () => {
    expect([5000, 60_000, 3_605_000, 90_061_000].map(describeDuration)).toEqual([
      '5 seconds',
      '1 minutes 0 seconds',
      '1 hours 0 minutes 5 seconds',
      '1 days 1 hours 1 minutes 1 seconds',
    ]);
  });
});
