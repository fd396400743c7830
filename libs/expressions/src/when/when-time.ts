const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE_FIRST =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:(?<gap>[ T])(?<hour>\d\d)(?::(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;
const NAME_FIRST =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<monthName>[A-Z][a-z]{2}) (?<day>[ \d]?\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?: (?<zone>[A-Z]{3,4}|[+-]\d{4}))? (?<year>\d{4})$/;
const KITCHEN = /^(?<hour>1?\d):(?<minute>\d\d)(?<half>AM|PM)$/;

/**
 * Seconds since the Unix epoch if the text is a date in one of the forms the `when` language knows: RFC 3339, ISO 8601
 * down to the hour, a plain date, Go's ANSIC, UnixDate and RubyDate, and a kitchen clock (of the year 0).
 */
export function parseWhenTime(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const dated = DATE_FIRST.exec(text)?.groups;
  if (dated !== undefined) return isDateForm(dated) ? seconds(dated, Number(dated.month)) : undefined;
  const named = NAME_FIRST.exec(text)?.groups;
  if (named !== undefined) return seconds(named, MONTHS.indexOf(named.monthName ?? '') + 1);
  const clock = KITCHEN.exec(text)?.groups;
  if (clock === undefined || Number(clock.hour) < 1 || Number(clock.hour) > 12) return undefined;
  const hour = (Number(clock.hour) % 12) + (clock.half === 'PM' ? 12 : 0);
  return seconds({ year: '0', day: '1', hour: String(hour), minute: clock.minute }, 1);
}

/** With a blank between date and time there are minutes and any zone has a colon; with a T there is a zone. */
function isDateForm(parts: Readonly<Record<string, string | undefined>>): boolean {
  if (parts.gap === undefined) return true;
  if (parts.gap === 'T') return parts.zone !== undefined;
  if (parts.minute === undefined) return false;
  return parts.zone === undefined || (parts.second !== undefined && parts.zone.includes(':'));
}

function seconds(parts: Readonly<Record<string, string | undefined>>, month: number): number | undefined {
  const number = (text: string | undefined): number => Number(text ?? 0);
  const [year, day, hour] = [number(parts.year), number(parts.day), number(parts.hour)];
  const [minute, second] = [number(parts.minute), number(parts.second)];
  if (month < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 1000 - zoneOffset(parts.zone);
}

/** Seconds east of Greenwich; names of zones count as UTC, as they do in Go on a machine that does not know them. */
function zoneOffset(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}
