import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpressionError } from '../expression-error.js';
import { evaluateDepends, parseDepends } from '../depends/depends.js';
import { evaluateWhen } from './when.js';

describe('when', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['heads == heads', true],
    ['heads == tails', false],
    ["'a b' == 'a b'", true],
    ['"x" != "y"', true],
    ['3 >= 5 && 3 < 40', false],
    ['12 >= 5 && 12 < 40', true],
    ['1 == 1.0', true],
    ['true', true],
    ['!false', true],
    ['(1 < 2) || (2 < 1)', true],
    ['abc =~ "^a"', true],
    ['abc !~ "^a"', false],
    ["b in ('a', 'b')", true],
    ['2 + 3 * 2 == 8', true],
  ])('%s is %s', (text, holds) => expect(evaluateWhen(text)).toBe(holds));

  it.each(['heads ==', '(', '1 +', 'a b', "'open"])('refuses %s', (text) =>
    expect(() => evaluateWhen(text)).toThrow(ExpressionError),
  );

  it('must be a yes or a no', () => expect(() => evaluateWhen('1 + 1')).toThrow(/Expected boolean evaluation/));

  it('ends with a boolean or an ExpressionError, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(typeof evaluateWhen(text)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe('depends', () => {
  const results: Record<string, string> = { a: 'Succeeded', b: 'Failed', 'c-d': 'Skipped' };
  const holds = (text: string): boolean =>
    evaluateDepends(parseDepends(text), (task, condition) => results[task] === condition);

  it.each<[string, boolean]>([
    ['a', true],
    ['b', false],
    ['b.Failed', true],
    ['c-d', true],
    ['a && !b', true],
    ['a.Failed || b.Failed', true],
    ['(a || b) && c-d.Skipped', true],
  ])('%s is %s', (text, result) => expect(holds(text)).toBe(result));

  it.each(['a &&', 'a.Nope', '(a', 'a b'])('refuses %s', (text) =>
    expect(() => parseDepends(text)).toThrow(ExpressionError),
  );
});
