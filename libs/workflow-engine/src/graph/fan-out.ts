import type { Sequence, TemplateCall } from '@argosy/workflow-spec';
import { jsonProblem, notAList } from './json-problem.js';
import { readJson, sortedByName, textOf, writeJson } from './spelt-json.js';

/** One item of a loop: the name its node gets and the variables it brings. */
export interface LoopItem {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A list without items says nothing, as if it had been left out. */
export const isLoop = (call: TemplateCall): boolean =>
  (call.withItems?.length ?? 0) > 0 || !!call.withParam || call.withSequence !== undefined;

/**
 * The items of a loop whose tags are replaced.
 * @throws when `withParam` is no JSON list or `withSequence` has no end
 */
export function loopItems(call: TemplateCall): readonly LoopItem[] {
  const name = call.name ?? '';
  return itemsOf(call).map((item, index) => loopItem(name, index, item));
}

function itemsOf(call: TemplateCall): readonly unknown[] {
  if (call.withItems && call.withItems.length > 0) return call.withItems.map(sortedByName);
  if (call.withParam) return parseList(call.withParam);
  if (call.withSequence) return sequence(call.withSequence);
  return [];
}

/** @throws in Argo's words, which people look for */
function parseList(text: string): readonly unknown[] {
  const wrong = (problem: string): Error =>
    new Error(`withParam value could not be parsed as a JSON list: ${text.trim()}: ${problem}`);
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    throw wrong(jsonProblem(text) ?? (error instanceof Error ? error.message : String(error)));
  }
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrong(notAList(value));
  return value;
}

function loopItem(name: string, index: number, item: unknown): LoopItem {
  if (Array.isArray(item)) {
    return named(name, index, `[${item.map(nameOf).join(' ')}]`, { item: writeJson(item) });
  }
  if (typeof item !== 'object' || item === null) return named(name, index, nameOf(item), { item: textOf(item) });
  const entries = Object.entries(item as Record<string, unknown>);
  const variables: Record<string, string> = { item: writeJson(sorted(entries)) };
  for (const [key, value] of entries) variables[`item.${key}`] = textOf(value);
  const description = entries.map(([key, value]) => `${key}:${nameOf(value)}`).sort();
  return named(name, index, description.join(','), variables);
}

/** A text as JSON spells it, but without its quotes: names have no line breaks. */
function nameOf(item: unknown): string {
  const text = textOf(item);
  return text === item ? JSON.stringify(text).slice(1, -1) : text;
}

/** Parentheses would be taken for an index when the name is read back. */
const named = (name: string, index: number, description: string, variables: Record<string, string>): LoopItem => ({
  name: `${name}(${index}:${description.replace(/[()]/g, '')})`,
  variables,
});

const sorted = (entries: readonly [string, unknown][]): Record<string, unknown> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

const MAX_ITEMS = 1_000_000;

/** Inclusive, ascending or descending. */
function sequence(spec: Sequence): readonly string[] {
  const start = integer(spec.start ?? 0);
  let end: number;
  if (spec.end !== undefined) end = integer(spec.end);
  else if (spec.count !== undefined) {
    const count = integer(spec.count);
    if (count === 0) return [];
    end = start + count - 1;
  } else throw new Error('neither end nor count was specified in withSequence');
  const length = Math.abs(end - start) + 1;
  if (length > MAX_ITEMS) throw new Error(`withSequence has ${length} items; at most ${MAX_ITEMS} are possible`);
  const step = start <= end ? 1 : -1;
  return Array.from({ length }, (_, i) => printf(spec.format ?? '%d', start + i * step));
}

/** As strict as Argo, and in its words. */
function integer(value: string | number): number {
  const text = String(value);
  const number = Number(text);
  const problem = !/^[-+]?\d+$/.test(text)
    ? 'invalid syntax'
    : Number.isSafeInteger(number)
      ? null
      : 'value out of range';
  if (problem) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(text)}: ${problem}`);
  return number;
}

const RADIX: Readonly<Record<string, number>> = { d: 10, x: 16, X: 16, o: 8, b: 2 };

/** Go's integer verbs with flags and width, e.g. `%02X`. */
function printf(format: string, value: number): string {
  return (format || '%d').replace(
    /%([-+0 ]*)(\d*)([dxXob%])/g,
    (_match, flags: string, width: string, verb: string) => {
      if (verb === '%') return '%';
      let digits = Math.abs(value).toString(RADIX[verb]);
      if (verb === 'X') digits = digits.toUpperCase();
      const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
      if (flags.includes('-')) return (sign + digits).padEnd(Number(width));
      if (flags.includes('0')) return sign + digits.padStart(Number(width) - sign.length, '0');
      return (sign + digits).padStart(Number(width));
    },
  );
}
