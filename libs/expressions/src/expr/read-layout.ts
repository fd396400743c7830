import { RE2JS } from 're2js';
import { compilePattern } from '../regular-expression.js';
import { MONTHS, PARTS } from './go-layout.js';
import { Moment } from './time.js';

type Field = 'year' | 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second' | 'offset' | 'half' | 'none';
/** What each part of a layout matches, and what that tells. */
const FIELDS: Readonly<Record<string, readonly [pattern: string, field: Field]>> = {
  January: [MONTHS.join('|'), 'month'],
  Jan: [MONTHS.map((name) => name.slice(0, 3)).join('|'), 'month'],
  Monday: ['[A-Za-z]+day', 'none'],
  Mon: ['[A-Za-z]{3}', 'none'],
  MST: ['[A-Z]{3,5}|[+-]\\d{2}', 'none'],
  '2006': ['\\d{4}', 'year'],
  '06': ['\\d{2}', 'year'],
  '01': ['\\d{2}', 'month'],
  '1': ['\\d{1,2}', 'month'],
  '02': ['\\d{2}', 'day'],
  _2: [' ?\\d{1,2}', 'day'],
  '2': ['\\d{1,2}', 'day'],
  '002': ['\\d{3}', 'dayOfYear'],
  __2: ['[ \\d]{2}\\d', 'dayOfYear'],
  '15': ['\\d{2}', 'hour'],
  '03': ['\\d{2}', 'hour'],
  '3': ['\\d{1,2}', 'hour'],
  '04': ['\\d{2}', 'minute'],
  '4': ['\\d{1,2}', 'minute'],
  // Go takes a fraction after the seconds even where the layout has none.
  '05': ['\\d{2}(?:[.,]\\d+)?', 'second'],
  '5': ['\\d{1,2}(?:[.,]\\d+)?', 'second'],
  PM: ['AM|PM', 'half'],
  pm: ['am|pm', 'half'],
  '-0700': ['[+-]\\d{4}', 'offset'],
  '-07:00': ['[+-]\\d{2}:\\d{2}', 'offset'],
  Z0700: ['Z|[+-]\\d{4}', 'offset'],
  'Z07:00': ['Z|[+-]\\d{2}:\\d{2}', 'offset'],
};

/** The moment a text in one of Go's layouts says; in UTC unless it says its offset. Undefined when it does not match. */
export function readLayout(layout: string, text: string): Moment | undefined {
  const fields: Field[] = [];
  const withoutFractions = layout.replace(/(?<=5)[.,][09]+/g, '');
  let [pattern, at] = ['', 0];
  for (const { 0: part, index } of withoutFractions.matchAll(PARTS)) {
    const known = FIELDS[part];
    pattern += RE2JS.quote(withoutFractions.slice(at, known === undefined ? index + part.length : index));
    at = index + part.length;
    if (known === undefined) continue;
    pattern += `(${known[0]})`;
    fields.push(known[1]);
  }
  // Compiled so that a layout of many parts cannot take long.
  const found = compilePattern(`^${pattern}${RE2JS.quote(withoutFractions.slice(at))}$`).matcher(text);
  if (!found.find()) return undefined;
  return momentOf(new Map(fields.map((field, i) => [field, (found.group(i + 1) ?? '').trim()])));
}

function momentOf(said: ReadonlyMap<Field, string>): Moment | undefined {
  const number = (field: Field, otherwise: number): number => Number(said.get(field)?.replace(',', '.') ?? otherwise);
  const month = monthOf(said.get('month') ?? '1');
  const [minute, second, hour] = [number('minute', 0), number('second', 0), hourOf(said)];
  if (hour > 23 || minute > 59 || second >= 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(yearOf(said.get('year') ?? '0'), month - 1, number('day', 1));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== number('day', 1)) return undefined;
  if (said.has('dayOfYear')) date.setUTCMonth(0, number('dayOfYear', 1));
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(said.get('offset') ?? '') ?? [];
  const east = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  return new Moment(date.getTime() + ((hour * 60 + minute - east) * 60 + second) * 1000);
}

/** Two digits are of 1969 to 2068. */
function yearOf(text: string): number {
  if (text.length !== 2) return Number(text);
  return Number(text) + (Number(text) >= 69 ? 1900 : 2000);
}

function monthOf(text: string): number {
  return /^\d/.test(text) ? Number(text) : MONTHS.findIndex((name) => name.startsWith(text)) + 1;
}

function hourOf(said: ReadonlyMap<Field, string>): number {
  const [hour, half] = [Number(said.get('hour') ?? 0), said.get('half')?.toUpperCase()];
  return half === undefined ? hour : (hour % 12) + (half === 'PM' ? 12 : 0);
}
