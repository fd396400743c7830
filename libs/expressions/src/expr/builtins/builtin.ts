import { ExpressionError } from '../../expression-error.js';
import type { EvaluationSettings } from '../evaluation-settings.js';
import type { Budget, ObjectValue, Value } from '../value.js';
import { isList, isObject, typeOf } from '../value.js';

/** A closure over one member of a list. */
export type Predicate = (item: Value, index: number, acc?: Value) => Value;
export type Argument = Value | Predicate;
export interface BuiltinContext {
  readonly budget: Budget;
  readonly settings: EvaluationSettings;
}
export type Builtin = (args: readonly Argument[], context: BuiltinContext) => Value;

const wrong = (what: string, got: Argument | undefined): ExpressionError =>
  new ExpressionError(
    `expected ${what}, got ${got === undefined ? 'nothing' : typeof got === 'function' ? 'a predicate' : typeOf(got)}`,
  );

export const isPredicate = (arg: Argument | undefined): arg is Predicate => typeof arg === 'function';
export function anyArg(arg: Argument | undefined): Value {
  if (arg === undefined || isPredicate(arg)) throw wrong('a value', arg);
  return arg;
}
export function listArg(arg: Argument | undefined): readonly Value[] {
  if (arg === undefined || isPredicate(arg) || !isList(arg)) throw wrong('an array', arg);
  return arg;
}
export function mapArg(arg: Argument | undefined): ObjectValue {
  if (arg === undefined || isPredicate(arg) || !isObject(arg)) throw wrong('a map', arg);
  return arg;
}
export function textArg(arg: Argument | undefined): string {
  if (typeof arg !== 'string') throw wrong('a string', arg);
  return arg;
}
export function numberArg(arg: Argument | undefined): number {
  if (typeof arg !== 'number') throw wrong('a number', arg);
  return arg;
}
export function predicateArg(arg: Argument | undefined): Predicate {
  if (!isPredicate(arg)) throw wrong('a predicate such as {# > 1}', arg);
  return arg;
}
