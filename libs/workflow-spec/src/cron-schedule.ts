import { durationMs } from './duration.js';

/** Matches the minutes of a wall clock. */
export interface CalendarSchedule {
  readonly kind: 'calendar';
  /** Sorted, without duplicates. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both the day of the month and that of the week are restricted: then either of them will do. */
  readonly eitherDay: boolean;
  /** Of `CRON_TZ=`; null when the schedule names none. */
  readonly timeZone: string | null;
}
/** Comes again after the same time, counted from the last one. */
export interface IntervalSchedule {
  readonly kind: 'interval';
  readonly everyMs: number;
}
export type CronSchedule = CalendarSchedule | IntervalSchedule;

/** A schedule, or what is wrong with it. */
export type ParsedCronSchedule =
  { readonly ok: true; readonly schedule: CronSchedule } | { readonly ok: false; readonly problem: string };

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of the week', from: 0, to: 6, words: DAYS },
];
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const SHORTEST_INTERVAL_MS = 1000;

/** Reads a schedule as Argo's cron library does: five fields, a descriptor or `@every`, with `CRON_TZ=` before it. */
export function parseCronSchedule(text: string): ParsedCronSchedule {
  const [, timeZone = null, body = ''] = /^(?:(?:CRON_TZ|TZ)=(\S+)\s)?\s*([^]*?)\s*$/.exec(text) ?? [];
  if (timeZone !== null && !isTimeZone(timeZone)) return wrong(`"${timeZone}" is no time zone`);
  if (body.startsWith('@every ')) {
    const every = durationMs(body.slice('@every '.length).trim());
    if (every === null || every <= 0) return wrong(`"${text}" has no valid duration`);
    const everyMs = Math.max(SHORTEST_INTERVAL_MS, every - (every % 1000));
    return { ok: true, schedule: { kind: 'interval', everyMs } };
  }
  const fields = body.startsWith('@') ? DESCRIPTORS[body] : body;
  if (fields === undefined) return wrong(`"${body}" is not one of ${Object.keys(DESCRIPTORS).join(', ')}`);
  const parts = fields.split(/\s+/);
  if (parts.length !== FIELDS.length)
    return wrong(`a schedule has 5 fields, "${text}" has ${body === '' ? 0 : parts.length}`);
  const values: (readonly number[])[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    const matched = valuesOf(part, field);
    if (matched === null) return wrong(`"${part}" is no valid ${field.name} (${field.from} to ${field.to})`);
    values.push(matched);
  }
  const [minutes = [], hours = [], days, months, weekdays] = values;
  const eitherDay = [2, 4].every((index) => !parts[index]?.split(',').some(isStar));
  const dates = { days: new Set(days), months: new Set(months), weekdays: new Set(weekdays), eitherDay };
  return { ok: true, schedule: { kind: 'calendar', minutes, hours, ...dates, timeZone } };
}

/** Whether a name of the time zone database; the offset of `+02:00` is none. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const wrong = (problem: string): ParsedCronSchedule => ({ ok: false, problem });

/** Every day, whatever the other day field says: a star, unless steps thin it out. */
const isStar = (piece: string): boolean => /^[*?](\/0*1)?$/.test(piece);

function valuesOf(part: string, field: Field): number[] | null {
  const values = new Set<number>();
  for (const piece of part.split(',')) {
    const range = rangeOf(piece, field);
    if (range === null) return null;
    for (let value = range.low; value <= range.high; value += range.step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function rangeOf(piece: string, field: Field): { low: number; high: number; step: number } | null {
  const [range = '', step, ...more] = piece.split('/');
  if (more.length > 0 || (step !== undefined && !/^0*[1-9]\d*$/.test(step))) return null;
  const stride = step === undefined ? 1 : Number(step);
  if (range === '*' || range === '?') return { low: field.from, high: field.to, step: stride };
  const bounds = range.split('-').map((word) => numberOf(word, field));
  // `3/5` is every fifth from the third on.
  const [low = -1, high = step === undefined ? low : field.to] = bounds;
  const isRange = bounds.length <= 2 && low >= field.from && high <= field.to && low <= high;
  return isRange ? { low, high, step: stride } : null;
}

function numberOf(word: string, { words, from }: Field): number {
  if (/^\d+$/.test(word)) return Number(word);
  const at = words?.indexOf(word.toLowerCase()) ?? -1;
  return at < 0 ? Number.NaN : at + from;
}
