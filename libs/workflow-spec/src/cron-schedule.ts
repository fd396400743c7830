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
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, words: MONTHS },
  { from: 0, to: 6, words: DAYS },
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

/**
 * Reads a schedule as Argo's cron library does: five fields, a descriptor or `@every`, with `CRON_TZ=` before it. What is
 * wrong with it is told in that library's words.
 */
export function parseCronSchedule(text: string): ParsedCronSchedule {
  try {
    return { ok: true, schedule: scheduleOf(text) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message };
    throw error;
  }
}

class Malformed extends Error {}

function scheduleOf(text: string): CronSchedule {
  const [, timeZone = null, body = ''] = /^(?:(?:CRON_TZ|TZ)=(\S+)\s)?\s*([^]*?)\s*$/.exec(text) ?? [];
  if (timeZone !== null && !isTimeZone(timeZone))
    throw new Malformed(`provided bad location ${timeZone}: unknown time zone ${timeZone}`);
  if (body === '') throw new Malformed('empty spec string');
  if (body.startsWith('@every ')) return intervalOf(body);
  const fields = body.startsWith('@') ? DESCRIPTORS[body] : body;
  if (fields === undefined) throw new Malformed(`unrecognized descriptor: ${body}`);
  const parts = fields.split(/\s+/);
  if (parts.length !== FIELDS.length)
    throw new Malformed(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minutes = [], hours = [], days, months, weekdays] = FIELDS.map((field, i) => valuesOf(parts[i] ?? '', field));
  const eitherDay = [2, 4].every((index) => !parts[index]?.split(',').some(isStar));
  const dates = { days: new Set(days), months: new Set(months), weekdays: new Set(weekdays), eitherDay };
  return { kind: 'calendar', minutes, hours, ...dates, timeZone };
}

function intervalOf(body: string): IntervalSchedule {
  const duration = body.slice('@every '.length);
  const every = durationMs(duration.trim());
  if (every === null || every <= 0)
    throw new Malformed(`failed to parse duration ${body}: time: invalid duration "${duration}"`);
  return { kind: 'interval', everyMs: Math.max(SHORTEST_INTERVAL_MS, every - (every % 1000)) };
}

/** Whether a name of the time zone database; the offset of `+02:00` is none. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** Every day, whatever the other day field says: a star, unless steps thin it out. */
const isStar = (piece: string): boolean => /^[*?](\/0*1)?$/.test(piece);

function valuesOf(part: string, field: Field): number[] {
  const values = new Set<number>();
  for (const piece of part.split(',')) {
    const { low, high, step } = rangeOf(piece, field);
    for (let value = low; value <= high; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function rangeOf(piece: string, field: Field): { low: number; high: number; step: number } {
  const [range = '', stride, ...more] = piece.split('/');
  const words = range.split('-');
  const isAny = range === '*' || range === '?';
  if (!isAny && words.length > 2) throw new Malformed(`too many hyphens: ${piece}`);
  const bounds = isAny ? [field.from, field.to] : words.map((word) => numberOf(word, field, piece));
  if (more.length > 0) throw new Malformed(`too many slashes: ${piece}`);
  const step = stride === undefined ? 1 : integer(stride, piece);
  // `3/5` is every fifth from the third on.
  const [low = 0, high = stride === undefined ? low : field.to] = bounds;
  if (low < field.from) throw new Malformed(`beginning of range (${low}) below minimum (${field.from}): ${piece}`);
  if (high > field.to) throw new Malformed(`end of range (${high}) above maximum (${field.to}): ${piece}`);
  if (low > high) throw new Malformed(`beginning of range (${low}) beyond end of range (${high}): ${piece}`);
  if (step === 0) throw new Malformed(`step of range should be a positive number: ${piece}`);
  return { low, high, step };
}

function numberOf(word: string, { words, from }: Field, piece: string): number {
  const at = words?.indexOf(word.toLowerCase()) ?? -1;
  return at < 0 ? integer(word, piece) : at + from;
}

function integer(text: string, piece: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Malformed(
    `failed to parse int from ${piece}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
