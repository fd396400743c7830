import { DAYS, MONTHS } from '@argosy/expressions';
import type { Instant } from '../model/instant.js';

const two = (value: number): string => String(value).padStart(2, '0');

const FORMATS = {
  B: (d) => MONTHS[d.getUTCMonth()] ?? '',
  b: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  m: (d) => two(d.getUTCMonth() + 1),
  A: (d) => DAYS[d.getUTCDay()] ?? '',
  a: (d) => (DAYS[d.getUTCDay()] ?? '').slice(0, 3),
  d: (d) => two(d.getUTCDate()),
  H: (d) => two(d.getUTCHours()),
  I: (d) => two(d.getUTCHours() % 12 || 12),
  M: (d) => two(d.getUTCMinutes()),
  S: (d) => two(d.getUTCSeconds()),
  Y: (d) => String(d.getUTCFullYear()),
  y: (d) => two(d.getUTCFullYear() % 100),
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  Z: () => 'UTC',
  z: () => '+0000',
  L: (d) => String(d.getUTCMilliseconds()).padStart(3, '0'),
} as const satisfies Record<string, (date: Date) => string>;

export type StrftimeCode = keyof typeof FORMATS;
export const STRFTIME_CODES = Object.keys(FORMATS) as readonly StrftimeCode[];

/** One field of a time in UTC, by its strftime letter. */
export const strftime = (code: StrftimeCode, at: Instant): string => FORMATS[code](new Date(at));
