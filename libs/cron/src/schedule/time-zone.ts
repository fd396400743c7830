const formats = new Map<string, Intl.DateTimeFormat>();

/** Formats are dear to make and cheap to use. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = 'numeric' as const;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(timeZone, made);
  return made;
}

/** What the wall clock shows, as milliseconds of a clock that stands in UTC and shows the same. Whole seconds. */
export function wallClock(timeZone: string, atMs: number): number {
  const second = Math.floor(atMs / 1000) * 1000;
  if (timeZone === 'UTC') return second;
  const fields: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(second)) fields[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second: seconds } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, seconds);
}

/** By how much the zone's clocks are ahead of UTC at a point in time. */
export const offsetAt = (timeZone: string, atMs: number): number =>
  wallClock(timeZone, atMs) - Math.floor(atMs / 1000) * 1000;
