import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpressionError } from '../expression-error.js';
import type { JsonValue } from '../json.js';
import { VariableScope } from '../scope/variable-scope.js';
import { evaluateExpression, inspectExpression } from './evaluate.js';

const scope = VariableScope.of({
  'inputs.parameters.name': 'argo',
  'inputs.parameters.count': '3',
  'inputs.parameters.list': '[1,2,3]',
  'steps.a-b.outputs.result': 'hyphen',
  numbers: [3, 1, 2],
  people: [
    { name: 'Jason', age: 30 },
    { name: 'Medea', age: 25 },
  ],
  nothing: null,
});

describe('expressions', () => {
  it.each<[string, JsonValue]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['7 / 2', 3.5],
    ['7 % 3', 1],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['0x10 + 1_000', 1016],
    ['"a" + \'b\' + `c`', 'abc'],
    ['"\\u00e9\\n"', 'é\n'],
    ['1 < 2 and not false', true],
    ['1 == 1 && "a" != "b" || false', true],
    ['"argo" matches "^a.*o$"', true],
    ['"argo" contains "rg" and "argo" startsWith "ar" and "argo" endsWith "go"', true],
    ['"x" in ["x", "y"]', true],
    ['"z" not in ["x"]', true],
    ['"a" in {a: 1}', true],
    ['1..3', [1, 2, 3]],
    ['true ? "yes" : "no"', 'yes'],
    ['if 1 > 2 { "a" } else if 2 > 1 { "b" } else { "c" }', 'b'],
    ['nothing ?? "default"', 'default'],
    ['inputs.parameters.nothing ?? "default"', 'default'],
    ['inputs.nothing?.deeply.nested ?? "default"', 'default'],
    ['inputs.parameters.nothing == "x"', false],
    ['nothing?.field', null],
    ['[1, 2, 3][1:]', [2, 3]],
    ['[1, 2, 3][-1]', 3],
    ['{a: {b: 1}}.a.b', 1],
    ['{"a-b": 1}["a-b"]', 1],
    ['let x = 2; let y = x * 3; x + y', 8],
    ['numbers | sort() | map(# * 2)', [2, 4, 6]],
    ['filter(people, .age > 26) | map(.name)', ['Jason']],
    ['filter(people, {.age > 26})[0].name', 'Jason'],
    ['reduce(numbers, #acc + #, 10)', 16],
    ['all(numbers, {# > 0}) and any(numbers, # == 2) and none(numbers, # > 5) and one(numbers, # == 3)', true],
    ['count(numbers, # > 1)', 2],
    ['sum(people, .age)', 55],
    ['find(people, .name == "Medea").age', 25],
    ['groupBy(numbers, # > 1 ? "big" : "small")', { big: [3, 2], small: [1] }],
    ['sortBy(people, .age)[0].name', 'Medea'],
    ['keys({b: 1, a: 2})', ['a', 'b']],
    ['fromPairs(toPairs({a: 1}))', { a: 1 }],
    ['upper(trim("  a ")) + join(split("b,c", ","), "-")', 'Ab-c'],
    ['len("héllo") + len([1]) + len({a: 1})', 7],
    ['max(1, 5, 3) - min([4, 2])', 3],
    ['fromJSON("{\\"a\\": [1]}").a[0]', 1],
    ['fromBase64(toBase64("ahoy"))', 'ahoy'],
    ['type(1) + type(1.5) + type("") + type([]) + type({}) + type(nil)', 'intfloatstringarraymapnil'],
    ['asInt(inputs.parameters.count) + 1', 4],
    ['asFloat("1.5")', 1.5],
    ['string(1.0)', '1'],
    ['string([1, "a", nil]) + string({b: [2], a: true})', '[1 a <nil>]map[a:true b:[2]]'],
    ['[bitand(6, 3), bitor(6, 3), bitxor(6, 3), bitnand(6, 3), bitnot(0)]', [2, 7, 5, 4, -1]],
    ['[bitshl(1, 3), bitshl(1, 64), bitshr(-8, 1), bitushr(-1, 60)]', [8, 0, -4, 15]],
    ['toJson([1, {b: 2, a: 1}])', '[1,{"a":1,"b":2}]'],
    ['jsonpath("{\\"a\\": {\\"b\\": [1, 2]}}", "$.a.b[1]")', 2],
    ['sprig.upper("a") + sprig.trim(" b ")', 'Ab'],
    ['sprig.default("x", "") + sprig.trunc(2, "abcdef")', 'xab'],
    ["steps['a-b'].outputs.result", 'hyphen'],
    ['inputs.parameters["name"]', 'argo'],
    ['toJson(inputs.parameters)', '{"count":"3","list":"[1,2,3]","name":"argo"}'],
    ['// a comment\n1 /* and another */', 1],
  ])('%s', (text, value) => expect(evaluateExpression(text, scope)).toEqual(value));

  it.each([
    ['1 +', 'unexpected end of expression', 3],
    ['foo(', 'unexpected end of expression', 4],
    ['"open', 'literal not terminated', 0],
    ['1 § 2', 'unrecognized character: §', 2],
    ['1 + "a"', 'invalid operation: + (mismatched types int and string)', 0],
    ['bitshl(1, -1)', 'invalid operation: negative shift count -1 (type int)', 0],
    ['bitnot(1.5)', 'expected a whole number, got 1.5', 0],
    ['upperr("a")', 'unknown function upperr', 0],
    ['1 ? 2 : 3', 'non-bool expression (type int) used as condition', 0],
    ['numbers[7]', 'index out of range: 7 (array length is 3)', 0],
    ['asInt("x")', 'invalid operation: int("x")', 0],
    ['inputs.parameters.nme', 'variable inputs.parameters.nme is not available', 0],
    ['"a" matches "("', 'error parsing regexp', 0],
  ])('%s is refused with its place', (text, message, offset) => {
    let error: unknown;
    try {
      evaluateExpression(text, scope);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).message).toContain(message);
    expect((error as ExpressionError).offset).toBe(offset);
  });

  it('suggests the function that was meant', () => {
    expect(() => evaluateExpression('uper("a")', scope)).toThrow(
      expect.objectContaining({ hint: 'did you mean "upper"?' }),
    );
  });

  it('tells which variables were read and which were missing', () => {
    const { used, missing } = inspectExpression('inputs.parameters.name + (inputs.parameters.other ?? "")', scope);
    expect([...used]).toEqual(['inputs.parameters.name']);
    expect([...missing]).toEqual([]);
    expect([...inspectExpression('steps.x.outputs.result', scope).missing]).toEqual(['steps.x']);
  });

  it.each([
    ['unknown', 'unknown'],
    ['unknown ?? "default"', 'unknown'],
    ['unknown == "x"', 'unknown'],
    ['unknown.deeply.nested ?? "default"', 'unknown'],
    ['inputs.nothing.deeply', 'inputs.nothing'],
    ['inputs.nothing.deeply == "x"', 'inputs.nothing'],
    ['inputs["nothing"].deeply ?? "default"', 'inputs.nothing'],
  ])('goes nowhere from what is not there: %s', (text, name) => {
    expect(() => evaluateExpression(text, scope)).toThrow(`variable ${name} is not available`);
  });

  it.each([
    'constructor',
    '__proto__',
    'inputs.constructor',
    'people[0].__proto__',
    '{}.constructor',
    '"a".constructor',
    'upper.constructor',
    '[].length',
  ])('gives no way to the host: %s', (text) => {
    const { value, error } = inspectExpression(text, scope);
    expect(value).toBeNull();
    expect(error ?? new ExpressionError('')).toBeInstanceOf(ExpressionError);
  });

  it.each([
    'map(1..1000000, map(1..1000000, #))',
    '1..100000000',
    'repeat("a", 100000000)',
    'repeat(repeat("a", 10000), 10000)',
    'sprig.repeat(100000000, "a")',
    'len(1..900000 | map(repeat("abcdefghij", 100)))',
  ])('stops what would never end: %s', (text) =>
    expect(() => evaluateExpression(text, scope)).toThrow(ExpressionError),
  );

  it('takes deep nesting for an error, not for a crash', () => {
    expect(() => evaluateExpression('('.repeat(100_000), scope)).toThrow(ExpressionError);
    expect(() => evaluateExpression(`${'-'.repeat(50_000)}1`, scope)).toThrow(ExpressionError);
  });

  it('ends with a value or an ExpressionError, whatever it is given', () => {
    const words = fc.constantFrom(
      '1',
      '"a"',
      'inputs',
      '.',
      'parameters',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      '#',
      '+',
      '-',
      '??',
      '?',
      ':',
      '|',
      'map',
      'filter',
      'let x =',
      ';',
      'in',
      'not',
      'sprig.',
      'numbers',
      ',',
      'if',
      'else',
      'nil',
      '..',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 20 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            evaluateExpression(text, scope, { limits: { steps: 10_000, memory: 100_000 } });
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
        },
      ),
      { numRuns: 3000, seed: 1 },
    );
  });
});
