import { describe, expect, it } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeOutputs, FrameFilter, isFrame } from './frames.js';
import type { ReportOverflow } from './report.js';

const nonce = '0123456789abcdef0123456789abcdef';

/** What the supervisor writes, in frames of a few bytes. */
function framed(json: string, size = 10): { overflow: ReportOverflow; lines: string[] } {
  const bytes = new TextEncoder().encode(json);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const base64 = btoa(String.fromCharCode(...bytes.slice(at, at + size)));
    lines.push(`::argosy-outputs ${nonce} ${lines.length} ${base64}`);
  }
  return { overflow: { nonce, frames: lines.length, bytes: bytes.length, sha256: bytesToHex(sha256(bytes)) }, lines };
}
const outputs = { parameters: { a: 'é'.repeat(20) }, result: 'done' };
const { overflow, lines } = framed(JSON.stringify(outputs));
const forged = `::argosy-outputs ${'f'.repeat(32)} 0 ${btoa('forged')}`;

describe('outputs in a log', () => {
  it('are put together from their frames', () => {
    expect(decodeOutputs(overflow, ['my log', ...lines, ''].join('\n'))).toEqual(outputs);
  });

  it('are found whatever stands before and between, and whatever line ends a relay made', () => {
    const noisy = lines.flatMap((line) => [forged, `${line}\r`]);
    expect(decodeOutputs(overflow, ['2026-01-01T00:00:00Z text', ...noisy].join('\n'))).toEqual(outputs);
  });

  it('are not believed when a frame is missing, changed or out of range', () => {
    expect(decodeOutputs(overflow, lines.slice(1).join('\n'))).toBeUndefined();
    expect(decodeOutputs(overflow, lines.with(0, lines[0]?.replace('ey', 'eX') ?? '').join('\n'))).toBeUndefined();
    expect(decodeOutputs(overflow, lines.with(0, `::argosy-outputs ${nonce} 0 !`).join('\n'))).toBeUndefined();
    expect(decodeOutputs(overflow, [...lines, `::argosy-outputs ${nonce} 99 AAAA`].join('\n'))).toEqual(outputs);
    expect(decodeOutputs({ ...overflow, sha256: '0'.repeat(64) }, lines.join('\n'))).toBeUndefined();
  });

  it('are not believed when they are no outputs', () => {
    const other = framed('{"parameters":{"a":1}}');
    expect(decodeOutputs(other.overflow, other.lines.join('\n'))).toBeUndefined();
  });
});

describe('the filter of a log', () => {
  const filtered = (log: readonly string[]): string[] => {
    const filter = new FrameFilter((line: string) => line);
    return [...log.flatMap((line) => filter.push(line)), ...filter.end()];
  };

  it('takes frames out and leaves every other line', () => {
    expect(filtered(['one', '', '', 'two', ...lines])).toEqual(['one', '', '', 'two']);
  });

  it('takes out what programs say of their progress, and no line with it', () => {
    expect(filtered(['one', '', '::argosy-progress 1/2', 'two'])).toEqual(['one', '', 'two']);
    expect(isFrame('::argosy-progress 1/2')).toBe(true);
    expect(['one::argosy-progress 1/2', '::argosy-progress x/2', '::argosy-progress 1/2 '].some(isFrame)).toBe(false);
  });

  it('takes out the one empty line that the supervisor put before its frames', () => {
    expect(filtered(['one', '', '', ...lines])).toEqual(['one', '']);
    expect(filtered(['', ...lines])).toEqual([]);
  });

  it('keeps what only looks like a frame', () => {
    const lookalikes = [
      '::argosy-outputs',
      '::argosy-outputs are great',
      '::argosy-outputs x 0 AAAA',
      'a ::argosy-outputs',
    ];
    expect(filtered(lookalikes)).toEqual(lookalikes);
    expect(lookalikes.some(isFrame)).toBe(false);
  });

  it('gives a held line with what belongs to it', () => {
    const filter = new FrameFilter(({ text }: { at: number; text: string }) => text);
    expect(filter.push({ at: 1, text: '' })).toEqual([]);
    expect(filter.push({ at: 2, text: 'x' })).toEqual([
      { at: 1, text: '' },
      { at: 2, text: 'x' },
    ]);
    expect(filter.push({ at: 3, text: '' })).toEqual([]);
    expect(filter.end()).toEqual([{ at: 3, text: '' }]);
    expect(filter.end()).toEqual([]);
  });
});
