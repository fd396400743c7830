export { latestTime, nextTime, timesBetween } from './schedule/schedule-times.js';
export { schedulesOf, scheduleText } from './schedule/schedules.js';
export type { Schedules } from './schedule/schedules.js';
