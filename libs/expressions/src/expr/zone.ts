/** How far a zone is from UTC at one moment, and what it is called then. */
export interface ZoneOffset {
  readonly minutes: number;
  readonly name: string;
}

export const UTC: ZoneOffset = { minutes: 0, name: 'UTC' };

/** English that knows short names of zones: each only those of its own part of the world. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'];

/** Of the zone with a name like Europe/Berlin; undefined when there is none. */
export function zoneAt(ms: number, zone: string): ZoneOffset | undefined {
  if (['', 'UTC', 'Local'].includes(zone)) return UTC;
  try {
    const minutes = minutesOf(part('en-US', 'longOffset', ms, zone));
    const names = LOCALES.map((locale) => part(locale, 'short', ms, zone));
    return { minutes, name: names.find((name) => /^[A-Z]{2,5}$/.test(name)) ?? offsetText(minutes) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function part(locale: string, timeZoneName: 'short' | 'longOffset', ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** Of `GMT`, `GMT+09:00`. */
function minutesOf(text: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** As Go calls a zone without letters: `+03`, `+0545`. */
function offsetText(minutes: number): string {
  const text = offset(minutes, '');
  return text.endsWith('00') ? text.slice(0, -2) : text;
}

export function offset(minutes: number, separator: string): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${separator}${String(rest).padStart(2, '0')}`;
}
