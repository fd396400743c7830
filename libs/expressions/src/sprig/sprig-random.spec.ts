import { VariableScope } from '../scope/variable-scope.js';
import { substituteTemplate } from '../tags/substitute.js';
import { evaluateExpression } from '../expr/evaluate.js';

const drawn = (text: string, seed = 'a'): unknown => evaluateExpression(text, VariableScope.of({}), { seed });

const CALLS = [
  ['sprig.randAlpha(40)', /^[A-Za-z]{40}$/],
  ['sprig.randNumeric(40)', /^\d{40}$/],
  ['sprig.randAlphaNum(40)', /^[A-Za-z\d]{40}$/],
  ['sprig.randAscii(40)', /^[ -~]{40}$/],
  ['sprig.randBytes(16)', /^[A-Za-z\d+/]{22}==$/],
  ['sprig.uuidv4()', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/],
  ["sprig.shuffle('abcdefghijklmnopqrstuvwxyz')", /^[a-z]{26}$/],
  ['sprig.toString(sprig.randInt(1000000, 2000000))', /^1\d{6}$/],
] as const;

describe('random values of sprig', () => {
  it.each(CALLS)('%s has its form, and depends on the seed alone', (call, form) => {
    expect(drawn(call)).toMatch(form);
    expect(drawn(call)).toBe(drawn(call));
    expect(drawn(call, 'b')).not.toBe(drawn(call));
  });

  it.each(CALLS)('%s differs from one call to the next', (call) => {
    expect(drawn(`${call} == ${call}`)).toBe(false);
  });

  it('keeps the letters it shuffles', () => {
    expect([...String(drawn("sprig.shuffle('Hello')"))].sort()).toEqual([...'Hello'].sort());
  });

  it('draws every number of a range and none beside it', () => {
    const numbers = drawn('map(1..200, sprig.randInt(3, 6))') as number[];
    expect([...new Set(numbers)].sort()).toEqual([3, 4, 5]);
  });

  it.each(['sprig.randInt(5, 5)', 'sprig.randAlpha(-1)', 'sprig.randAlpha(10000000)', 'sprig.randBytes(10000000)'])(
    '%s is an error',
    (call) => {
      expect(() => drawn(call)).toThrow();
    },
  );

  it('draws anew for each tag of a document', () => {
    const document = { a: '{{= sprig.uuidv4() }}', b: '{{= sprig.uuidv4() }}' };
    const { value } = substituteTemplate(document, VariableScope.of({}), { seed: 'a' });
    expect(value.a).toMatch(/^[\da-f-]{36}$/);
    expect(value.b).not.toBe(value.a);
  });

  it('needs a seed', () => {
    expect(() => evaluateExpression('sprig.uuidv4()', VariableScope.of({}))).toThrow('nothing is random here');
  });

  it.each([
    ['genCA', 'a key made here would be no secret; make it in a step'],
    ['genPrivateKey', 'a key made here would be no secret; make it in a step'],
    ['getHostByName', 'expressions ask no network'],
  ])('says that %s is missing, and why', (name, why) => {
    expect(() => drawn(`sprig.${name}('x', 365)`)).toThrow(`sprig.${name} is not supported: ${why}`);
  });
});
