import { ExpressionError } from '../../expression-error.js';
import { isList } from '../value.js';
import type { Value } from '../value.js';
import { isPredicate, numberArg } from './builtin.js';
import type { Argument, Builtin } from './builtin.js';

/** Numbers given one by one, in a list, or both. */
const numbersIn = (args: readonly Argument[]): number[] =>
  args.flatMap((arg) =>
    !isPredicate(arg) && isList(arg) ? arg.map((member: Value) => numberArg(member)) : [numberArg(arg)],
  );

export function toNumber(value: Argument | undefined, kind: 'int' | 'float'): number {
  if (typeof value === 'number') return kind === 'int' ? Math.trunc(value) : value;
  if (typeof value === 'string') {
    const text = value.trim();
    const isInt = /^[+-]?\d+$/.test(text);
    const number = Number(text);
    if (text !== '' && (kind === 'int' ? isInt : Number.isFinite(number))) return number;
  }
  throw new ExpressionError(
    `invalid operation: ${kind}(${typeof value === 'string' ? JSON.stringify(value) : typeof value})`,
  );
}

export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  int: ([value]) => toNumber(value, 'int'),
  float: ([value]) => toNumber(value, 'float'),
  abs: ([value]) => Math.abs(numberArg(value)),
  ceil: ([value]) => Math.ceil(numberArg(value)),
  floor: ([value]) => Math.floor(numberArg(value)),
  round: ([value]) => Math.sign(numberArg(value)) * Math.round(Math.abs(numberArg(value))),
  min: (args) => numbersIn(args).reduce((least, number) => Math.min(least, number)),
  max: (args) => numbersIn(args).reduce((most, number) => Math.max(most, number)),
  mean: (args) => {
    const numbers = numbersIn(args);
    return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  },
  median: (args) => {
    const numbers = numbersIn(args).sort((a, b) => a - b);
    const middle = Math.floor(numbers.length / 2);
    if (numbers.length === 0) return 0;
    return numbers.length % 2 === 1
      ? (numbers[middle] ?? 0)
      : ((numbers[middle - 1] ?? 0) + (numbers[middle] ?? 0)) / 2;
  },
};
