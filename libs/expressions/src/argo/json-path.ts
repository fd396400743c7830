import { ExpressionError } from '../expression-error.js';
import { isList, isObject } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import { filterOf } from './json-path-filter.js';

/** One step of a path: what it makes of a value, and whether there may be several of it. */
interface Step {
  readonly many: boolean;
  readonly select: (value: Value) => readonly Value[];
}

/** Names, quoted names, indexes, slices, unions, `*`, `..` and filters. */
const STEP =
  /\.\.(?=\[)|(?<deep>\.\.)?(?:\.?(?<name>[^.[\]'"()?\s]+)|\[(?:\s*\?\((?<filter>(?:'[^']*'|"[^"]*"|[^'"])*?)\)\s*|(?<inner>(?:'[^']*'|"[^"]*"|[^\]'"?])+))\])/gy;

/** `..` multiplies: without a limit a short path could keep the controller busy. */
const MAX_VALUES = 100_000;

/** What a JSONPath names in a value: null when there is nothing, a list when there may be several. */
export function atPath(root: Value, path: string): Value {
  let values: readonly Value[] = [root];
  let many = false;
  for (const step of stepsOf(path, root)) {
    many ||= step.many;
    values = values.flatMap(step.select);
    if (values.length > MAX_VALUES) throw new ExpressionError(`"${path}" names more than ${MAX_VALUES} values`);
  }
  return many ? [...values] : (values[0] ?? null);
}

function stepsOf(path: string, root: Value): Step[] {
  const text = path.trim().replace(/^[$@]/, '');
  const steps: Step[] = [];
  let end = 0;
  for (const { 0: whole, index, groups = {} } of text.matchAll(STEP)) {
    end = index + whole.length;
    if (whole === '..' || groups['deep'] !== undefined) steps.push({ many: true, select: descendants });
    const { name, inner, filter } = groups;
    if (name !== undefined) steps.push(name === '*' ? EVERY : named([name]));
    else if (filter !== undefined) steps.push(filtered(filter, root));
    else if (inner !== undefined) steps.push(bracketed(inner.trim()));
  }
  if (end < text.length) throw new ExpressionError(`"${path}" is no JSONPath`);
  return steps;
}

const members = (value: Value): readonly Value[] =>
  isList(value) ? value : isObject(value) ? [...value.values()] : [];
const descendants = (value: Value): readonly Value[] => [value, ...members(value).flatMap(descendants)];

const EVERY: Step = { many: true, select: members };

function named(keys: readonly string[]): Step {
  return { many: keys.length > 1, select: (value) => keys.flatMap((key) => member(value, key)) };
}

function member(value: Value, key: string): Value[] {
  if (isObject(value)) return value.has(key) ? [value.get(key) ?? null] : [];
  if (!isList(value) || !/^-?\d+$/.test(key)) return [];
  const found = value.at(Number(key));
  return found === undefined ? [] : [found];
}

function bracketed(inner: string): Step {
  if (inner === '*') return EVERY;
  const slice = /^(-?\d*)\s*:\s*(-?\d*)(?:\s*:\s*(\d*))?$/.exec(inner);
  if (slice) return sliced(slice[1] ?? '', slice[2] ?? '', slice[3] ?? '');
  const keys = [...inner.matchAll(/'([^']*)'|"([^"]*)"|([^,\s]+)/g)];
  return named(keys.map(([, single, double, bare]) => single ?? double ?? bare ?? ''));
}

function sliced(from: string, to: string, step: string): Step {
  const every = Math.max(1, Number(step));
  const select = (value: Value): readonly Value[] =>
    isList(value)
      ? value.slice(Number(from), to === '' ? undefined : Number(to)).filter((_member, index) => index % every === 0)
      : [];
  return { many: true, select };
}

function filtered(text: string, root: Value): Step {
  const holds = filterOf(text, (value, path) => atPath(path.startsWith('$') ? root : value, path));
  return { many: true, select: (value) => members(value).filter(holds) };
}
