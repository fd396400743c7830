import type { Moment } from './time.js';

const MONTHS = [
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
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** Parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006; longer ones first. */
const PARTS =
  /January|Jan|Monday|Mon|MST|2006|-0700|-07:00|Z0700|Z07:00|[.,]0+|[.,]9+|01|02|03|04|05|06|002|__2|_2|15|PM|pm|1|2|3|4|5/g;

/** A moment in one of Go's layouts, in UTC. */
export function formatLayout(moment: Moment, layout: string): string {
  const date = new Date(moment.ms);
  return layout.replace(PARTS, (part) => partOf(date, part));
}

const two = (value: number): string => String(value).padStart(2, '0');
const twelve = (hour: number): number => hour % 12 || 12;
const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

function partOf(date: Date, part: string): string {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const known: Readonly<Record<string, string>> = {
    January: MONTHS[month] ?? '',
    Jan: (MONTHS[month] ?? '').slice(0, 3),
    Monday: DAYS[date.getUTCDay()] ?? '',
    Mon: (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
    MST: 'UTC',
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
    '-0700': '+0000',
    '-07:00': '+00:00',
    Z0700: 'Z',
    'Z07:00': 'Z',
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
