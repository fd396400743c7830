import { ExpressionError } from '../expression-error.js';
import { formatFloat } from '../go-number.js';
import type { JsonValue } from '../json.js';
import { ScopeLeaf } from '../scope/variable-scope.js';
import type { ScopeTree } from '../scope/variable-scope.js';
import { isTime, Moment, Span } from './time.js';
import type { Time } from './time.js';
import { DEFAULT_LIMITS } from './evaluation-settings.js';
import type { EvaluationLimits } from './evaluation-settings.js';

/** A value while an expression runs. Objects are maps, so that no name can reach a prototype. */
export type Value = null | boolean | number | string | readonly Value[] | ObjectValue | Callable | Time;
export type ObjectValue = ReadonlyMap<string, Value>;
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly Value[]) => Value,
    /** What a call takes of the steps of an evaluation. */
    readonly stepsFor: (args: readonly Value[]) => number = () => 0,
  ) {}
}

export const isObject = (value: Value): value is ObjectValue => value instanceof Map;
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function fromJson(value: JsonValue): Value {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return new Map(entries.map(([name, member]) => [name, fromJson(member)]));
}

/** Throws for a function, which JSON cannot say. */
export function toJson(value: Value): JsonValue {
  if (isList(value)) return value.map(toJson);
  if (isObject(value))
    return Object.fromEntries([...value].sort(byKey).map(([name, member]) => [name, toJson(member)]));
  if (value instanceof Callable) throw new ExpressionError(`function ${value.name} is no value`);
  if (value instanceof Moment) return value.toJSON();
  // Go writes durations to JSON in nanoseconds.
  return value instanceof Span ? value.ms * 1e6 : value;
}

const byKey = ([a]: readonly [string, Value], [b]: readonly [string, Value]): number => (a < b ? -1 : 1);

/** A level of dotted names as a value: nested maps. */
export function fromTree(tree: ScopeTree): ObjectValue {
  return new Map(
    [...tree].map(([name, member]) => [name, member instanceof ScopeLeaf ? fromJson(member.value) : fromTree(member)]),
  );
}

/** As Go prints a value with `%v`. */
export function show(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 53 ? String(value) : formatFloat(value);
  if (isList(value)) return `[${value.map(show).join(' ')}]`;
  if (isObject(value))
    return `map[${[...value]
      .sort(byKey)
      .map(([name, member]) => `${name}:${show(member)}`)
      .join(' ')}]`;
  return value instanceof Callable ? value.name : isTime(value) ? value.toString() : String(value);
}

export function typeOf(value: Value): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Moment) return 'time';
  if (value instanceof Span) return 'duration';
  if (isList(value)) return 'array';
  if (isObject(value)) return 'map';
  return value instanceof Callable ? 'func' : 'string';
}

export function equals(a: Value, b: Value): boolean {
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((member, index) => equals(member, b[index] ?? null));
  if (isObject(a) && isObject(b))
    return a.size === b.size && [...a].every(([name, member]) => b.has(name) && equals(member, b.get(name) ?? null));
  if (isTime(a) && isTime(b)) return a.constructor === b.constructor && a.ms === b.ms;
  return a === b;
}

/** What an evaluation may still use; every operation and every value made takes from it. */
export class Budget {
  private steps: number;
  private memory: number;

  constructor(limits: Partial<EvaluationLimits> = {}) {
    this.steps = limits.steps ?? DEFAULT_LIMITS.steps;
    this.memory = limits.memory ?? DEFAULT_LIMITS.memory;
  }

  step(count = 1): void {
    if ((this.steps -= count) < 0) throw new ExpressionError('expression takes too long: it was stopped');
  }

  /** Counts what a value takes, before it is made where that can be told. */
  allocate(units: number): void {
    if ((this.memory -= units) < 0) throw new ExpressionError('expression takes too much memory: it was stopped');
  }

  made<T extends Value>(value: T): T {
    if (typeof value === 'string') this.allocate(value.length);
    else if (isList(value)) this.allocate(value.length);
    else if (isObject(value)) this.allocate(value.size);
    return value;
  }
}
