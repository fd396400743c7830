import type { Instant } from '@argosy/workflow-engine';
import { instant } from '@argosy/workflow-engine';
import type { CronSchedule } from '@argosy/workflow-spec';
import { calendarTimes, lastCalendarTime } from './calendar.js';

/** `anchor`: what an interval counts from, e.g. the last time it came. Calendars do not need it. */
export function* timesBetween(
  schedule: CronSchedule,
  after: Instant,
  until: Instant,
  anchor = after,
): Generator<Instant> {
  if (schedule.kind === 'calendar') {
    for (const time of calendarTimes(schedule, after, until)) yield instant(time);
    return;
  }
  const start = wholeSecond(anchor);
  const passed = Math.max(0, Math.floor((after - start) / schedule.everyMs));
  for (let time = start + (passed + 1) * schedule.everyMs; time <= until; time += schedule.everyMs) yield instant(time);
}

/** The first time after a point in time; null when there is none within five years. */
export function nextTime(schedule: CronSchedule, after: Instant, anchor = after): Instant | null {
  const [time] = timesBetween(schedule, after, instant(Number.MAX_SAFE_INTEGER), anchor);
  return time ?? null;
}

/** The last time in (after, until]. Costs as much for years as for days. */
export function latestTime(schedule: CronSchedule, after: Instant, until: Instant): Instant | null {
  if (schedule.kind === 'calendar') {
    const time = lastCalendarTime(schedule, after, until);
    return time === null ? null : instant(time);
  }
  const start = wholeSecond(after);
  const passed = Math.floor((until - start) / schedule.everyMs);
  return passed < 1 ? null : instant(start + passed * schedule.everyMs);
}

const wholeSecond = (at: number): number => Math.floor(at / 1000) * 1000;
