import { describe, expect, it } from '@jest/globals';
import { cut } from '../live/screen.js';
import { formatSeconds, secondsBetween } from './duration.js';
import { formatTable, visibleLength } from './table.js';

describe('durations', () => {
  it.each([
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m00s'],
    [3599, '59m59s'],
    [3600, '1h00m'],
    [86_400 * 3 + 3600 * 4, '3d04h'],
    [-5, '0s'],
  ])('writes %d seconds as %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it('counts up to now while the end is open, and not at all before the start', () => {
    expect(secondsBetween('2026-01-01T00:00:00Z', null, Date.parse('2026-01-01T00:00:07Z'))).toBe(7);
    expect(secondsBetween(null, null, 0)).toBeNull();
  });
});

describe('tables', () => {
  it('are as wide as their widest cell, whatever its colour', () => {
    expect(
      formatTable(
        [
          ['a', '\u001b[31mred\u001b[0m', 'x'],
          ['long', 'b', 'y'],
        ],
        ['NAME', 'COLOUR', 'Z'],
      ),
    ).toBe('NAME  COLOUR  Z\na     \u001b[31mred\u001b[0m     x\nlong  b       y');
    expect(visibleLength('\u001b[31mred\u001b[0m')).toBe(3);
  });
});

describe('cutting a line', () => {
  it('counts what is seen and keeps colours whole', () => {
    expect(cut('\u001b[31mabcdef\u001b[0m', 3)).toBe('\u001b[31mabc\u001b[0m');
  });
});
