import { ExpressionError } from '../expression-error.js';
import { isObject, show, typeOf } from '../expr/value.js';
import type { ObjectValue, Value } from '../expr/value.js';
import { decodeBase32, encodeBase32 } from './base32.js';
import { isEmpty } from './empty.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));
const number = (value: Value | undefined): number => Number(text(value)) || 0;
const dict = (value: Value | undefined): ObjectValue => {
  if (value !== undefined && isObject(value)) return value;
  throw new ExpressionError(`expected a dict, got ${value === undefined ? 'nothing' : typeOf(value)}`);
};

/** Both, maps in maps too; where both have a value that is not empty, the preferred one's is taken. */
function merged(preferred: ObjectValue, other: ObjectValue): ObjectValue {
  const all = new Map(other);
  for (const [name, value] of preferred) {
    const beside = other.get(name);
    if (beside === undefined) all.set(name, value);
    else if (isObject(value) && isObject(beside)) all.set(name, merged(value, beside));
    else if (!isEmpty(value)) all.set(name, value);
  }
  return all;
}

export const mergeFunctions: Readonly<Record<string, SprigFunction>> = {
  merge: ([first, ...rest]) => rest.reduce((all: ObjectValue, next) => merged(all, dict(next)), dict(first)),
  mergeOverwrite: ([first, ...rest]) => rest.reduce((all: ObjectValue, next) => merged(dict(next), all), dict(first)),
  pluck: ([name, ...dicts]) =>
    dicts.flatMap((values) => {
      const found = dict(values).get(text(name));
      return found === undefined ? [] : [found];
    }),
};

/** Go's kind and type of a value. */
const GO: Readonly<Record<string, readonly [kind: string, type: string]>> = {
  nil: ['invalid', '<nil>'],
  float: ['float64', 'float64'],
  array: ['slice', '[]interface {}'],
  map: ['map', 'map[string]interface {}'],
  time: ['struct', 'time.Time'],
  duration: ['int64', 'time.Duration'],
};
const kindOf = (value: Value): string => GO[typeOf(value)]?.[0] ?? typeOf(value);
const goTypeOf = (value: Value): string => GO[typeOf(value)]?.[1] ?? typeOf(value);

export const reflectionFunctions: Readonly<Record<string, SprigFunction>> = {
  kindOf: ([value = null]) => kindOf(value),
  kindIs: ([kind, value = null]) => kindOf(value) === text(kind),
  typeOf: ([value = null]) => goTypeOf(value),
  typeIs: ([type, value = null]) => goTypeOf(value) === text(type),
  // A pointer counts as what it points to; nothing here is one.
  typeIsLike: ([type, value = null]) => goTypeOf(value) === text(type),
};

export const moreNumberFunctions: Readonly<Record<string, SprigFunction>> = {
  add1f: ([value]) => number(value) + 1,
  maxf: (values) => Math.max(...values.map(number)),
  minf: (values) => Math.min(...values.map(number)),
  /** Of an octal number, such as the mode of a file; 0 for what is none. */
  toDecimal: ([value]) => (/^[+-]?[0-7]+$/.test(text(value)) ? Number.parseInt(text(value), 8) : 0),
};

/** Lines of that many characters; a longer word stays whole unless words may be broken. */
function wrapped(value: string, width: number, newLine: string, mayBreakWords: boolean): string {
  const length = Math.max(1, Math.trunc(width));
  const lines: string[] = [];
  let at = 0;
  while (value.length - at > length) {
    if (value[at] === ' ') {
      at++;
      continue;
    }
    const within = value.lastIndexOf(' ', at + length);
    const end = within >= at ? within : mayBreakWords ? at + length : value.indexOf(' ', at + length);
    if (end < 0) break;
    lines.push(value.slice(at, end));
    at = value[end] === ' ' && (within >= at || !mayBreakWords) ? end + 1 : end;
  }
  return [...lines, value.slice(at)].join(newLine);
}

function abbreviated(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 3)}...`;
}

export const wrapFunctions: Readonly<Record<string, SprigFunction>> = {
  wrap: ([width, value]) => wrapped(text(value), number(width), '\n', false),
  wrapWith: ([width, newLine, value]) => wrapped(text(value), number(width), text(newLine), true),
  abbrevboth: ([left, right, value]) => {
    const [all, from, length] = [text(value), number(left), number(right)];
    if (length < 4 || (from > 0 && length < 7) || all.length <= length) return all;
    if (from <= 4) return abbreviated(all, length);
    if (from + length - 3 < all.length) return `...${abbreviated(all.slice(from), length - 3)}`;
    return `...${all.slice(3 - length)}`;
  },
  b32enc: ([value]) => encodeBase32(text(value)),
  b32dec: ([value]) => decodeBase32(text(value)),
};
