import type { CalendarSchedule } from '@argosy/workflow-spec';
import { offsetAt } from './time-zone.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A schedule that has no time in so many years has none (the 31st of February). */
const SEARCHED_YEARS = 5;

/**
 * The times in (after, until] whose wall clock matches the schedule, in order. A time that the clocks skip in spring does
 * not come, one that they show twice in autumn comes twice: a schedule is a pattern of wall clocks, not of instants.
 */
export function* calendarTimes(schedule: CalendarSchedule, after: number, until: number): Generator<number> {
  const last = Math.min(until, endOfSearch(after));
  for (let from = startOfDay(after); from <= last; from += DAY)
    for (const time of timesWithin(schedule, from)) if (time > after && time <= last) yield time;
}

/** The last time in (after, until], or null. */
export function lastCalendarTime(schedule: CalendarSchedule, after: number, until: number): number | null {
  const first = Math.max(after, until - (endOfSearch(until) - until));
  for (let from = startOfDay(until); from + DAY > first; from -= DAY) {
    const time = timesWithin(schedule, from).findLast((candidate) => candidate <= until);
    if (time !== undefined) return time > after ? time : null;
  }
  return null;
}

const startOfDay = (at: number): number => Math.floor(at / DAY) * DAY;
const endOfSearch = (at: number): number => Date.UTC(new Date(at).getUTCFullYear() + SEARCHED_YEARS + 1, 0, 1);

/** Matching times of one day of UTC, in order. Days of UTC do not overlap, whatever the clocks of the zone do. */
function timesWithin(schedule: CalendarSchedule, from: number): number[] {
  const zone = schedule.timeZone ?? 'UTC';
  const offsets = [offsetAt(zone, from), offsetAt(zone, from + DAY)];
  const firstDay = startOfDay(from + Math.min(...offsets));
  const lastDay = from + DAY - 1 + Math.max(...offsets);
  const times = new Set<number>();
  for (let day = firstDay; day <= lastDay; day += DAY) {
    if (!isDay(schedule, day)) continue;
    for (const time of timesOnDay(schedule, zone, day)) if (time >= from && time < from + DAY) times.add(time);
  }
  return [...times].sort((a, b) => a - b);
}

function isDay({ days, months, weekdays, eitherDay }: CalendarSchedule, day: number): boolean {
  const date = new Date(day);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [isDate, isWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? isDate || isWeekday : isDate && isWeekday;
}

/** When the clocks of the zone show a matching time of this day (given as the UTC midnight of the same date). */
function timesOnDay({ hours, minutes }: CalendarSchedule, zone: string, day: number): number[] {
  const walls = hours.flatMap((hour) => minutes.map((minute) => day + hour * HOUR + minute * MINUTE));
  // Far enough on both sides that no zone's day reaches there.
  const [before, after] = [offsetAt(zone, day - DAY), offsetAt(zone, day + 2 * DAY)];
  if (before === after) return walls.map((wall) => wall - before);
  return walls.flatMap((wall) =>
    [before, after].map((offset) => wall - offset).filter((time) => wall - time === offsetAt(zone, time)),
  );
}
