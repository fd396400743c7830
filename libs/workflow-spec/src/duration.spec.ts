import { durationMs } from './index.js';

describe('durations', () => {
  it('are seconds when bare and Go durations otherwise', () => {
    expect(['10', '1m30s', '2h', '500ms', '1.5h', 3, '-5s', ' 5s '].map(durationMs)).toEqual([
      10_000, 90_000, 7_200_000, 500, 5_400_000, 3000, -5000, 5000,
    ]);
    expect(['', 'soon', '1d', '5 m'].map(durationMs)).toEqual([null, null, null, null]);
  });
});
