import { describe, expect, it } from '@jest/globals';
import type { LogRowFragment } from '../../../gql/operations.js';
import { LogLines } from './log-lines.js';

const rows = (from: number, to: number): LogRowFragment[] =>
  Array.from(
    { length: to - from },
    (_, index) => ({ number: from + index, text: '', at: '', missingBefore: 0 }) as LogRowFragment,
  );
const numbers = (lines: LogLines): (number | undefined)[] => Array.from(lines.rows, (row) => row?.number);

describe('the lines of a log', () => {
  it('are filled from both ends until they meet', () => {
    const lines = new LogLines();
    lines.addNext(rows(0, 2), 7);
    lines.addLast(rows(5, 7), 7);
    expect(numbers(lines)).toEqual([0, 1, undefined, undefined, undefined, 5, 6]);
    expect([lines.isWhole, lines.known]).toEqual([false, 4]);
    lines.addNext(rows(2, 4), 7);
    lines.addNext(rows(4, 6), 7);
    expect(numbers(lines)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([lines.isWhole, lines.known]).toEqual([true, 7]);
  });

  it('take live lines at the end, each once, while the middle is still being read', () => {
    const lines = new LogLines();
    lines.addNext(rows(0, 1), 3);
    lines.addLast(rows(2, 3), 3);
    for (const row of [...rows(2, 4), ...rows(3, 5)]) lines.addLive(row);
    lines.addNext(rows(1, 3), 5);
    expect(numbers(lines)).toEqual([0, 1, 2, 3, 4]);
    expect(lines.isWhole).toBe(true);
  });

  it('take an end that overlaps the beginning', () => {
    const lines = new LogLines();
    lines.addNext(rows(0, 3), 3);
    lines.addLast(rows(1, 4), 4);
    expect(numbers(lines)).toEqual([0, 1, 2, 3]);
    expect([lines.isWhole, lines.known]).toEqual([true, 4]);
  });

  it('may be live from the start', () => {
    const lines = new LogLines();
    rows(0, 2).forEach((row) => lines.addLive(row));
    expect([numbers(lines), lines.isWhole, lines.known]).toEqual([[0, 1], true, 2]);
  });
});
