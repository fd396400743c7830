import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LOG_START, parseLogTime, sinceTimeOf } from './log-position.js';
import type { LogPosition } from './log-position.js';
import { LogReader, MOST_LINE_UNITS } from './log-reader.js';

interface Line {
  readonly stamp: string;
  readonly text: string;
}
const START_SECOND = 1_767_225_600;
const stampAt = (tenths: number): string =>
  new Date(START_SECOND * 1000 + tenths * 100).toISOString().replace(/0*Z$/, 'Z').replace(/\.Z$/, 'Z');
const bytesOf = (lines: readonly Line[]): Buffer =>
  Buffer.from(lines.map(({ stamp, text }) => `${stamp} ${text}\n`).join(''));
/** What a Kubernetes API gives for `sinceTime`: each line is looked at by itself. */
const since = (lines: readonly Line[], time: string | undefined): Line[] =>
  time === undefined ? [...lines] : lines.filter(({ stamp }) => Date.parse(stamp) >= Date.parse(time));

/** Ships the log in sittings: of each only some of the bytes come, in chunks, and only some of what was read becomes durable. */
function shipInSittings(
  lines: readonly Line[],
  sittings: readonly { bytes: number; chunk: number; takes: number }[],
): string[] {
  const shipped: string[] = [];
  let position: LogPosition = LOG_START;
  const sit = (limit: number, chunk: number, mostTakes: number, isLast: boolean): void => {
    const reader = new LogReader(position);
    const bytes = bytesOf(since(lines, sinceTimeOf(position))).subarray(0, limit);
    let takes = 0;
    const take = (): void => {
      if (takes++ >= mostTakes) return;
      const taken = reader.take();
      expect(taken.firstLine).toBe(shipped.length);
      expect(taken.missingBefore).toBe(0);
      shipped.push(...taken.lines.map(({ text }) => text));
      position = taken.position;
    };
    for (let at = 0; at < bytes.length; at += chunk) {
      reader.add(bytes.subarray(at, at + chunk));
      if ((at / chunk) % 3 === 0) take();
    }
    if (isLast) reader.end();
    if (isLast) take();
  };
  for (const { bytes, chunk, takes } of sittings) sit(bytes, chunk, takes, false);
  sit(Infinity, 1000, Infinity, true);
  return shipped;
}

describe('reading a log', () => {
  it('gives every line once and in order, however often it is begun again, though times repeat and jump back', () => {
    const log = fc
      .array(fc.record({ gap: fc.integer({ min: -9, max: 40 }), text: fc.constantFrom('a', 'b', '', 'é😀') }), {
        maxLength: 60,
      })
      .map((steps) => {
        // In tenths of seconds; a line may be up to 9 seconds older than the newest before it.
        let newest = 100;
        return steps.map(({ gap, text }, index): Line => {
          const now = newest + gap * (gap < 0 ? 10 : 1);
          newest = Math.max(newest, now);
          return { stamp: stampAt(now), text: `${index}${text}` };
        });
      });
    const sitting = fc.record({ bytes: fc.nat(3000), chunk: fc.integer({ min: 1, max: 200 }), takes: fc.nat(10) });
    fc.assert(
      fc.property(log, fc.array(sitting, { maxLength: 5 }), (lines, sittings) => {
        expect(shipInSittings(lines, sittings)).toEqual(lines.map(({ text }) => text));
      }),
      { numRuns: 500 },
    );
  });

  it('cuts very long lines the same way every time', () => {
    const long = `${'x'.repeat(MOST_LINE_UNITS - 1)}😀${'y'.repeat(MOST_LINE_UNITS * 2)}`;
    const lines = [
      { stamp: stampAt(1), text: 'short' },
      { stamp: stampAt(2), text: long },
      { stamp: stampAt(3), text: 'end' },
    ];
    const whole = shipInSittings(lines, []);
    expect(whole.slice(1, -1).join('')).toBe(long);
    expect(whole).toHaveLength(6);
    for (const bytes of [50, 70_000, 140_000, 200_000])
      expect(shipInSittings(lines, [{ bytes, chunk: 30_000, takes: 9 }])).toEqual(whole);
    const reader = new LogReader(LOG_START);
    reader.add(bytesOf(lines));
    expect(reader.take().lines.map(({ more }) => more ?? false)).toEqual([false, true, true, true, false, false]);
  });

  it('leaves out lines that carry outputs, and does not count them', () => {
    const reader = new LogReader(LOG_START);
    const frame = `::argosy-outputs ${'0'.repeat(32)} 0 aGVsbG8=`;
    reader.add(
      bytesOf([
        { stamp: stampAt(1), text: 'a' },
        { stamp: stampAt(2), text: frame },
        { stamp: stampAt(3), text: 'b' },
      ]),
    );
    const { lines, position } = reader.take();
    expect(lines.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(position.shipped).toBe(2);
  });

  it('hears what the program says of its progress, once, and leaves it out', () => {
    const told: string[] = [];
    const lines = ['::argosy-progress 1/9', 'begun::argosy-progress 2/9', '', 'say ::argosy-progress 3/9 again'].map(
      (text, second) => ({ stamp: stampAt(second * 10), text }),
    );
    const first = new LogReader(LOG_START, (progress) => told.push(progress));
    first.add(bytesOf(lines.slice(0, 3)));
    const { lines: shipped, position } = first.take();
    expect(shipped.map(({ text }) => text)).toEqual(['begun', '']);
    const second = new LogReader(position, (progress) => told.push(progress));
    second.add(bytesOf(lines));
    expect(second.take().lines.map(({ text }) => text)).toEqual(['say ::argosy-progress 3/9 again']);
    expect(told).toEqual(['1/9', '2/9']);
  });

  it('takes what is not UTF-8 for what it is', () => {
    const reader = new LogReader(LOG_START);
    reader.add(Buffer.concat([Buffer.from(`${stampAt(1)} a`), Buffer.from([0xff, 0xfe, 0x0a])]));
    expect(reader.take().lines).toEqual([
      { at: new Date(START_SECOND * 1000 + 100).toISOString(), text: 'a\ufffd\ufffd' },
    ]);
  });

  it('shows a line behind the last line feed when the log is over, and not before', () => {
    const reader = new LogReader(LOG_START);
    reader.add(Buffer.from(`${stampAt(1)} unfinished`));
    expect(reader.isEmpty).toBe(true);
    reader.end();
    expect(reader.take().lines).toMatchObject([{ text: 'unfinished' }]);
  });

  it('tells a hole when the log was rotated away behind the last line, and none when that line is still there', () => {
    const lines = Array.from({ length: 40 }, (_, index) => ({ stamp: stampAt(index * 10), text: `${index}` }));
    const first = new LogReader(LOG_START);
    first.add(bytesOf(lines.slice(0, 20)));
    const { position } = first.take();
    const resume = (from: number): { texts: string[]; missing: number } => {
      const reader = new LogReader(position);
      reader.add(bytesOf(lines.slice(from)));
      const taken = reader.take();
      return { texts: taken.lines.map(({ text }) => text), missing: taken.missingBefore };
    };
    expect(resume(15)).toEqual({ texts: lines.slice(20).map(({ text }) => text), missing: 0 });
    expect(resume(30)).toEqual({ texts: lines.slice(30).map(({ text }) => text), missing: 1 });
  });
});

describe('the time in front of a line', () => {
  it('sorts to the nanosecond, whatever its zone and precision', () => {
    const stamps = ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00.5+01:00', '2026-01-01T00:00:00.500000001Z'];
    const keys = stamps.map((stamp) => parseLogTime(stamp)?.key ?? '');
    expect([...keys].sort()).toEqual(keys);
    expect(parseLogTime('nonsense')).toBeUndefined();
  });
});
