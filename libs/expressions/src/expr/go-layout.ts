import type { Moment } from './time.js';
import { offset, UTC } from './zone.js';
import type { ZoneOffset } from './zone.js';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** Parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006; longer ones first. */
export const PARTS =
  /January|Jan|Monday|Mon|MST|2006|-0700|-07:00|Z0700|Z07:00|[.,]0+|[.,]9+|01|02|03|04|05|06|002|__2|_2|15|PM|pm|1|2|3|4|5/g;

/** A moment in one of Go's layouts, in UTC unless a zone is named. */
export function formatLayout(moment: Moment, layout: string, zone: ZoneOffset = UTC): string {
  const date = new Date(moment.ms + zone.minutes * 60_000);
  return layout.replace(PARTS, (part) => zonePart(zone, part) ?? partOf(date, part));
}

const two = (value: number): string => String(value).padStart(2, '0');
const twelve = (hour: number): number => hour % 12 || 12;
const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

function zonePart({ minutes, name }: ZoneOffset, part: string): string | undefined {
  switch (part) {
    case 'MST':
      return name;
    case '-0700':
      return offset(minutes, '');
    case '-07:00':
      return offset(minutes, ':');
    case 'Z0700':
      return minutes === 0 ? 'Z' : offset(minutes, '');
    case 'Z07:00':
      return minutes === 0 ? 'Z' : offset(minutes, ':');
    default:
      return undefined;
  }
}

function partOf(date: Date, part: string): string {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const known: Readonly<Record<string, string>> = {
    January: MONTHS[month] ?? '',
    Jan: (MONTHS[month] ?? '').slice(0, 3),
    Monday: DAYS[date.getUTCDay()] ?? '',
    Mon: (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
    '2006': String(year).padStart(4, '0'),
    '06': two(year % 100),
    '01': two(month + 1),
    '1': String(month + 1),
    '02': two(day),
    _2: String(day).padStart(2),
    '2': String(day),
    '002': String(dayOfYear(date)).padStart(3, '0'),
    __2: String(dayOfYear(date)).padStart(3),
    '15': two(hour),
    '03': two(twelve(hour)),
    '3': String(twelve(hour)),
    '04': two(minute),
    '4': String(minute),
    '05': two(second),
    '5': String(second),
    PM: hour < 12 ? 'AM' : 'PM',
    pm: hour < 12 ? 'am' : 'pm',
  };
  return known[part] ?? fraction(date, part);
}

/** `.000` has as many digits as it shows, `.999` leaves out zeros at its end. */
function fraction(date: Date, part: string): string {
  const digits = `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`.slice(0, part.length - 1);
  if (part.includes('0')) return `${part[0]}${digits}`;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : `${part[0]}${trimmed}`;
}
