import { Moment } from '../expr/time.js';
import { ExpressionError } from '../expression-error.js';
import { decodeBase64, encodeBase64, parseJson } from '../expr/builtins/encoding.js';
import { compare } from '../expr/builtins/collections.js';
import { equals, isList, isObject, show, toJson, typeOf } from '../expr/value.js';
import type { ObjectValue, Value } from '../expr/value.js';
import { decodeBase32, encodeBase32 } from './base32.js';
import { isEmpty } from './empty.js';
import type { SprigFunction } from './sprig-function.js';

const list = (value: Value | undefined): readonly Value[] => {
  if (value !== undefined && isList(value)) return value;
  throw new ExpressionError(`expected a list, got ${value === undefined ? 'nothing' : typeOf(value)}`);
};
const map = (value: Value | undefined): ObjectValue => {
  if (value !== undefined && isObject(value)) return value;
  throw new ExpressionError(`expected a dict, got ${value === undefined ? 'nothing' : typeOf(value)}`);
};
const number = (value: Value | undefined): number => {
  const found = typeof value === 'number' ? value : Number(value === undefined || value === null ? 0 : show(value));
  return Number.isNaN(found) ? 0 : found;
};
const int = (value: Value | undefined): number => Math.trunc(number(value));
const MAX_LIST = 1_000_000;

function until(from: number, to: number, step: number): Value {
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
  if (length > MAX_LIST) throw new ExpressionError(`list of ${length} numbers is too long`);
  return Array.from({ length }, (_, index) => from + index * step);
}

function divided(a: number, b: number, by: (quotient: number) => number): number {
  if (b === 0) throw new ExpressionError('integer divide by zero');
  return by(a / b);
}

export const numberFunctions: Readonly<Record<string, SprigFunction>> = {
  add: (values) => values.reduce<number>((sum, value) => sum + int(value), 0),
  add1: ([value]) => int(value) + 1,
  sub: ([a, b]) => int(a) - int(b),
  mul: (values) => values.reduce<number>((product, value) => product * int(value), 1),
  div: ([a, b]) => divided(int(a), int(b), Math.trunc),
  mod: ([a, b]) => (int(b) === 0 ? divided(0, 0, Math.trunc) : int(a) % int(b)),
  addf: (values) => values.reduce<number>((sum, value) => sum + number(value), 0),
  subf: ([first, ...rest]) => rest.reduce<number>((left, value) => left - number(value), number(first)),
  mulf: (values) => values.reduce<number>((product, value) => product * number(value), 1),
  divf: ([first, ...rest]) => rest.reduce<number>((left, value) => left / number(value), number(first)),
  max: (values) => Math.max(...values.map(int)),
  biggest: (values) => Math.max(...values.map(int)),
  min: (values) => Math.min(...values.map(int)),
  add1f: ([value]) => number(value) + 1,
  maxf: (values) => Math.max(...values.map(number)),
  minf: (values) => Math.min(...values.map(number)),
  /** Of an octal number, such as the mode of a file; 0 for what is none. */
  toDecimal: ([value]) => (/^[+-]?[0-7]+$/.test(show(value ?? 0)) ? Number.parseInt(show(value ?? 0), 8) : 0),
  floor: ([value]) => Math.floor(number(value)),
  ceil: ([value]) => Math.ceil(number(value)),
  round: ([value, digits]) => Math.round(number(value) * 10 ** int(digits)) / 10 ** int(digits),
  int: ([value]) => int(value),
  int64: ([value]) => int(value),
  atoi: ([value]) => int(value),
  float64: ([value]) => number(value),
  until: ([to]) => until(0, int(to), int(to) < 0 ? -1 : 1),
  untilStep: ([from, to, step]) => until(int(from), int(to), int(step)),
  seq: (values) => {
    const [from, step, to] =
      values.length === 1
        ? [1, int(values[0]) < 1 ? -1 : 1, int(values[0])]
        : values.length === 2
          ? [int(values[0]), int(values[1]) < int(values[0]) ? -1 : 1, int(values[1])]
          : [int(values[0]), int(values[1]), int(values[2])];
    return (until(from, to + Math.sign(step), step) as readonly number[]).join(' ');
  },
};

export const listFunctions: Readonly<Record<string, SprigFunction>> = {
  list: (values) => [...values],
  tuple: (values) => [...values],
  first: ([values]) => list(values)[0] ?? null,
  last: ([values]) => list(values).at(-1) ?? null,
  rest: ([values]) => list(values).slice(1),
  initial: ([values]) => list(values).slice(0, -1),
  append: ([values, value = null]) => [...list(values), value],
  push: ([values, value = null]) => [...list(values), value],
  prepend: ([values, value = null]) => [value, ...list(values)],
  concat: (lists) => lists.flatMap((values) => [...list(values)]),
  reverse: ([values]) => list(values).toReversed(),
  uniq: ([values]) =>
    list(values).filter((value, index, all) => all.findIndex((other) => equals(other, value)) === index),
  without: ([values, ...gone]) => list(values).filter((value) => !gone.some((other) => equals(other, value))),
  has: ([value = null, values]) => list(values).some((other) => equals(other, value)),
  compact: ([values]) => list(values).filter((value) => !isEmpty(value)),
  slice: ([values, from, to]) =>
    list(values).slice(from === undefined ? 0 : int(from), to === undefined ? undefined : int(to)),
  sortAlpha: ([values]) => list(values).map(show).sort(compare),
  index: ([values, at]) => list(values)[int(at)] ?? null,
};

export const dictFunctions: Readonly<Record<string, SprigFunction>> = {
  dict: (pairs) =>
    new Map(
      Array.from({ length: Math.ceil(pairs.length / 2) }, (_, index): [string, Value] => [
        show(pairs[index * 2] ?? null),
        pairs[index * 2 + 1] ?? '',
      ]),
    ),
  get: ([values, key = null]) => map(values).get(show(key)) ?? '',
  set: ([values, key = null, value = null]) => new Map([...map(values), [show(key), value]]),
  unset: ([values, key = null]) => new Map([...map(values)].filter(([name]) => name !== show(key))),
  hasKey: ([values, key = null]) => map(values).has(show(key)),
  keys: (maps) => maps.flatMap((values) => [...map(values).keys()]).sort(),
  values: ([values]) => [...map(values)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
  pick: ([values, ...names]) =>
    new Map([...map(values)].filter(([name]) => names.some((wanted) => show(wanted) === name))),
  omit: ([values, ...names]) =>
    new Map([...map(values)].filter(([name]) => !names.some((wanted) => show(wanted) === name))),
  dig: (args) => {
    const [source, fallback = null, ...path] = args.toReversed();
    return (
      path
        .toReversed()
        .reduce<Value | undefined>(
          (value, name) => (value !== undefined && isObject(value) ? value.get(show(name)) : undefined),
          source,
        ) ?? fallback
    );
  },
};

export const defaultFunctions: Readonly<Record<string, SprigFunction>> = {
  default: ([fallback = null, value = null]) => (isEmpty(value) ? fallback : value),
  empty: ([value]) => isEmpty(value),
  coalesce: (values) => values.find((value) => !isEmpty(value)) ?? null,
  all: (values) => values.every((value) => !isEmpty(value)),
  any: (values) => values.some((value) => !isEmpty(value)),
  ternary: ([yes = null, no = null, condition]) => (condition === true ? yes : no),
  fail: ([message = '']) => {
    throw new ExpressionError(show(message));
  },
  deepEqual: ([a = null, b = null]) => equals(a, b),
};

export const encodingFunctions: Readonly<Record<string, SprigFunction>> = {
  b64enc: ([value = '']) => encodeBase64(show(value)),
  b64dec: ([value = '']) => decodeBase64(show(value)),
  b32enc: ([value = '']) => encodeBase32(show(value)),
  b32dec: ([value = '']) => decodeBase32(show(value)),
  toJson: ([value = null]) => JSON.stringify(toJson(value)),
  toRawJson: ([value = null]) => JSON.stringify(toJson(value)),
  toPrettyJson: ([value = null]) => JSON.stringify(toJson(value), null, 2),
  fromJson: ([value = '']) => parseJson(show(value)),
  now: (_args, { now }) => {
    if (now === undefined) throw new ExpressionError('the time is not known here');
    return new Moment(now);
  },
};
