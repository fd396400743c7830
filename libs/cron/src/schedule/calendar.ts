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
  const span = spanOf(schedule);
  for (let from = startOf(span, after); from <= last; from += span)
    for (const time of timesWithin(schedule, from, span)) if (time > after && time <= last) yield time;
}

/** The last time in (after, until], or null. */
export function lastCalendarTime(schedule: CalendarSchedule, after: number, until: number): number | null {
  const first = Math.max(after, until - (endOfSearch(until) - until));
  const span = spanOf(schedule);
  for (let from = startOf(span, until); from + span > first; from -= span) {
    const time = timesWithin(schedule, from, span).findLast((candidate) => candidate <= until);
    if (time !== undefined) return time > after ? time : null;
  }
  return null;
}

/** How much is looked through at once: schedules that come often are found in little. */
const spanOf = ({ hours, minutes }: CalendarSchedule): number => (hours.length * minutes.length > 24 ? HOUR : DAY);
const startOf = (span: number, at: number): number => Math.floor(at / span) * span;
const endOfSearch = (at: number): number => Date.UTC(new Date(at).getUTCFullYear() + SEARCHED_YEARS + 1, 0, 1);

/** Matching times of a piece of UTC, in order. Pieces of UTC do not overlap, whatever the clocks of the zone do. */
function timesWithin(schedule: CalendarSchedule, from: number, span: number): number[] {
  const zone = schedule.timeZone ?? 'UTC';
  const offsets = [offsetAt(zone, from), offsetAt(zone, from + span)];
  const [firstWall, lastWall] = [from + Math.min(...offsets), from + span - 1 + Math.max(...offsets)];
  const times = new Set<number>();
  for (let day = startOf(DAY, firstWall); day <= lastWall; day += DAY) {
    if (!isDay(schedule, day)) continue;
    const hours = schedule.hours
      .map((hour) => day + hour * HOUR)
      .filter((hour) => hour + HOUR > firstWall && hour <= lastWall);
    const walls = hours.flatMap((hour) => schedule.minutes.map((minute) => hour + minute * MINUTE));
    for (const time of instantsOf(walls, zone, day)) if (time >= from && time < from + span) times.add(time);
  }
  return [...times].sort((a, b) => a - b);
}

function isDay({ days, months, weekdays, eitherDay }: CalendarSchedule, day: number): boolean {
  const date = new Date(day);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [isDate, isWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? isDate || isWeekday : isDate && isWeekday;
}

/** When the clocks of the zone show these times of a day (given as the UTC midnight of the same date). */
function instantsOf(walls: readonly number[], zone: string, day: number): number[] {
  // Far enough on both sides that no zone's day reaches there.
  const [before, after] = [offsetAt(zone, day - DAY), offsetAt(zone, day + 2 * DAY)];
  if (before === after) return walls.map((wall) => wall - before);
  return walls.flatMap((wall) =>
    [before, after].map((offset) => wall - offset).filter((time) => wall - time === offsetAt(zone, time)),
  );
}
