import { ExpressionError } from '../expression-error.js';
import type { Value } from '../expr/value.js';

type Condition = (value: Value) => boolean;
type Operand = (value: Value) => Value;
type At = (value: Value, path: string) => Value;

const TOKEN =
  /\s*(?:(?<word>'[^']*'|"[^"]*"|[@$](?:\.[\w-]+|\[[^\]]*\])*|-?\d+(?:\.\d+)?|true|false|null|nil)|(?<sign>&&|\|\||==|!=|<=|>=|<|>|!|\(|\)))\s*/gy;

/** The condition of `[?(…)]`: comparisons of paths and constants, joined with `&&`, `||`, `!` and parentheses. */
export function filterOf(text: string, at: At): Condition {
  const tokens = [...text.matchAll(TOKEN)];
  if (tokens.map(([whole]) => whole).join('').length < text.length) throw invalid(text);
  const words = tokens.map(([whole]) => whole.trim());
  let place = 0;
  const takes = (sign: string): boolean => words[place] === sign && ++place > 0;

  const either = (): Condition => {
    let left = both();
    while (takes('||')) {
      const [one, other] = [left, both()];
      left = (value) => one(value) || other(value);
    }
    return left;
  };
  const both = (): Condition => {
    let left = single();
    while (takes('&&')) {
      const [one, other] = [left, single()];
      left = (value) => one(value) && other(value);
    }
    return left;
  };
  const single = (): Condition => {
    if (takes('!')) {
      const inner = single();
      return (value) => !inner(value);
    }
    if (takes('(')) {
      const inner = either();
      if (!takes(')')) throw invalid(text);
      return inner;
    }
    const left = operandOf(words[place++], text, at);
    const compare = COMPARISONS[words[place] ?? ''];
    // A path alone asks whether there is something.
    if (!compare) return (value) => (left(value) ?? false) !== false;
    place++;
    const right = operandOf(words[place++], text, at);
    return (value) => compare(left(value), right(value));
  };

  const condition = either();
  if (place < words.length) throw invalid(text);
  return condition;
}

const COMPARISONS: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => order(left, right) < 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>': (left, right) => order(left, right) > 0,
  '>=': (left, right) => order(left, right) >= 0,
};

/** Only numbers and texts have an order, each among themselves; all comparisons with NaN are false. */
function order(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return Number.NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}

const CONSTANTS: Readonly<Record<string, Value>> = { true: true, false: false, null: null, nil: null };

function operandOf(word: string | undefined, text: string, at: At): Operand {
  if (word === undefined || /^[&|=!<>()]/.test(word)) throw invalid(text);
  if (/^[@$]/.test(word)) return (value) => at(value, word);
  if (/^['"]/.test(word)) return () => word.slice(1, -1);
  const constant = word in CONSTANTS ? (CONSTANTS[word] ?? null) : Number(word);
  return () => constant;
}

const invalid = (text: string): ExpressionError => new ExpressionError(`"${text}" is no filter of a JSONPath`);
