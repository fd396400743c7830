import { describe, expect, it } from '@jest/globals';
import { parseTerminationReport } from './report.js';

const overflow = { nonce: '0'.repeat(32), frames: 2, bytes: 7000, sha256: 'a'.repeat(64) };
const read = (value: unknown) => parseTerminationReport(JSON.stringify(value));

describe('a termination message', () => {
  it('is read when it is the supervisor’s', () => {
    expect(read({ v: 1, parameters: { a: '1' }, result: 'out', error: 'why' })).toEqual({
      v: 1,
      parameters: { a: '1' },
      result: 'out',
      error: 'why',
    });
    expect(read({ v: 1, overflow })).toEqual({ v: 1, overflow });
    expect(read({ v: 1, progress: '3/7' })).toEqual({ v: 1, progress: '3/7' });
    for (const progress of ['8/7', '0/0', 'x', 1]) expect(read({ v: 1, progress })).toEqual({ v: 1 });
  });

  it('is left alone when it is anything else', () => {
    expect(parseTerminationReport(undefined)).toBeUndefined();
    expect(parseTerminationReport('')).toBeUndefined();
    expect(parseTerminationReport('Traceback (most recent call last)')).toBeUndefined();
    expect(parseTerminationReport('{"v":1,"parameters":{"a":"cut o')).toBeUndefined();
    for (const value of [null, 1, [], {}, { v: 2 }]) expect(read(value)).toBeUndefined();
  });

  it.each([
    ['a parameter that is no text', { parameters: { a: 1 } }],
    ['a result that is no text', { result: {} }],
    ['an error that is no text', { error: 5 }],
    ['frames without end', { overflow: { ...overflow, frames: 1e12 } }],
    ['more bytes than are ever fetched', { overflow: { ...overflow, bytes: 1e12 } }],
    ['no bytes', { overflow: { ...overflow, bytes: 0 } }],
    ['a nonce that is none', { overflow: { ...overflow, nonce: '*' } }],
    ['a check sum that is none', { overflow: { ...overflow, sha256: 'a' } }],
  ])('is refused with %s', (_what, part) => {
    expect(read({ v: 1, ...part })).toBeUndefined();
  });
});
