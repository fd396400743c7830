import { describeDuration, durationProblem, readDuration } from './duration.js';

describe('durations', () => {
  it('are told as Argo tells them', () => {
    expect([5000, 60_000, 3_605_000, 90_061_000].map(describeDuration)).toEqual([
      '5 seconds',
      '1 minutes 0 seconds',
      '1 hours 0 minutes 5 seconds',
      '1 days 1 hours 1 minutes 1 seconds',
    ]);
  });

  it('that are none are refused in the words of Argo', () => {
    expect(['soon', '3 days', '1d', '1h30', '.', ''].map(durationProblem)).toEqual([
      'time: invalid duration "soon"',
      'time: unknown unit " days" in duration "3 days"',
      'time: unknown unit "d" in duration "1d"',
      'time: missing unit in duration "1h30"',
      'time: invalid duration "."',
      'time: invalid duration ""',
    ]);
    expect([readDuration('90'), readDuration('1m30s')]).toEqual([90_000, 90_000]);
    expect(() => readDuration('soon')).toThrow('unable to parse soon as a duration: time: invalid duration "soon"');
  });
});
