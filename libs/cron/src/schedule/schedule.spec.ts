import { describe, expect, it } from '@jest/globals';
import { formatTime, instant } from '@argosy/workflow-engine';
import type { CronSchedule } from '@argosy/workflow-spec';
import { parseCronSchedule } from '@argosy/workflow-spec';
import { latestTime, nextTime, timesBetween } from './schedule-times.js';
import { scheduleText, schedulesOf } from './schedules.js';
import { wallClock } from './time-zone.js';

const at = (text: string) => instant(Date.parse(text));
function parsed(text: string): CronSchedule {
  const result = parseCronSchedule(text);
  if (!result.ok) throw new Error(result.problem);
  return result.schedule;
}
const next = (schedule: string, after: string): string | null => {
  const time = nextTime(parsed(schedule), at(after));
  return time === null ? null : formatTime(time);
};
const nextOnes = (schedule: string, after: string, count: number): string[] => {
  const times = [];
  for (const time of timesBetween(parsed(schedule), at(after), at('2100-01-01T00:00:00Z'))) {
    times.push(formatTime(time));
    if (times.length === count) break;
  }
  return times;
};

describe('the next time of a schedule', () => {
  it.each([
    ['*/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
    ['*/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00:00Z'],
    ['*/15 * * * *', '2012-07-09T14:45:00.001Z', '2012-07-09T15:00:00Z'],
    ['20-35/15 * * * *', '2012-07-09T15:45:00Z', '2012-07-09T16:20:00Z'],
    ['*/15 * * * *', '2012-12-31T23:59:45Z', '2013-01-01T00:00:00Z'],
    ['0 0 29 2 *', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
    ['0 0 9 apr-OCT ?', '2012-07-09T23:35:00Z', '2012-08-09T00:00:00Z'],
    ['0 0 */5 Apr,Aug Mon', '2012-07-09T23:35:00Z', '2012-08-01T00:00:00Z'],
    ['5/20 3 * * *', '2012-07-09T03:26:00Z', '2012-07-09T03:45:00Z'],
    ['@hourly', '2012-07-09T03:26:00Z', '2012-07-09T04:00:00Z'],
    ['@daily', '2012-07-09T03:26:00Z', '2012-07-10T00:00:00Z'],
    ['@midnight', '2012-07-09T03:26:00Z', '2012-07-10T00:00:00Z'],
    ['@weekly', '2012-07-09T03:26:00Z', '2012-07-15T00:00:00Z'],
    ['@monthly', '2012-07-09T03:26:00Z', '2012-08-01T00:00:00Z'],
    ['@yearly', '2012-07-09T03:26:00Z', '2013-01-01T00:00:00Z'],
    ['@annually', '2012-07-09T03:26:00Z', '2013-01-01T00:00:00Z'],
    ['@every 1h30m', '2012-07-09T03:26:10.900Z', '2012-07-09T04:56:10Z'],
    ['@every 10ms', '2012-07-09T03:26:10.900Z', '2012-07-09T03:26:11Z'],
    ['CRON_TZ=Asia/Kolkata 30 9 * * *', '2012-07-09T03:59:00Z', '2012-07-09T04:00:00Z'],
    ['TZ=America/New_York @daily', '2012-07-09T03:59:00Z', '2012-07-09T04:00:00Z'],
    ['CRON_TZ=UTC  @every 5m', '2012-07-09T03:59:00Z', '2012-07-09T04:04:00Z'],
  ])('of %s after %s is %s', (schedule, after, expected) => expect(next(schedule, after)).toBe(expected));

  it('is none when no day ever matches', () => {
    expect(next('0 0 31 2 *', '2012-07-09T00:00:00Z')).toBeNull();
    expect(latestTime(parsed('0 0 31 2 *'), at('1970-01-01T00:00:00Z'), at('2012-01-01T00:00:00Z'))).toBeNull();
  });

  it('is on either day when both days are restricted, on both when one is a star', () => {
    const days = (schedule: string) => nextOnes(schedule, '2012-06-30T23:59:00Z', 4).map((time) => time.slice(8, 10));
    // July 2012 began on a Sunday.
    expect(days('0 0 1,15 * sun')).toEqual(['01', '08', '15', '22']);
    expect(days('0 0 * * sun')).toEqual(['01', '08', '15', '22']);
    expect(days('0 0 */1 * 2-3')).toEqual(['03', '04', '10', '11']);
    // A star with steps is a restriction, as in Argo.
    expect(days('0 0 */10 * mon')).toEqual(['01', '02', '09', '11']);
    expect(days('0 0 1,2 * ?')).toEqual(['01', '02', '01', '02']);
  });
});

describe('daylight saving', () => {
  it.each([
    // Spring: 02:00 to 03:00 is not there.
    ['0 1 * * *', '2012-03-11T00:00:00-05:00', ['2012-03-11T06:00:00Z', '2012-03-12T05:00:00Z']],
    ['30 2 * * *', '2012-03-10T12:00:00-05:00', ['2012-03-12T06:30:00Z', '2012-03-13T06:30:00Z']],
    ['0 3 * * *', '2012-03-11T00:00:00-05:00', ['2012-03-11T07:00:00Z', '2012-03-12T07:00:00Z']],
    ['0 * * * *', '2012-03-11T01:00:00-05:00', ['2012-03-11T07:00:00Z', '2012-03-11T08:00:00Z']],
    // Autumn: 01:00 to 02:00 is there twice.
    [
      '0 1 * * *',
      '2012-11-04T00:00:00-04:00',
      ['2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z', '2012-11-05T06:00:00Z'],
    ],
    ['0 2 * * *', '2012-11-04T00:00:00-04:00', ['2012-11-04T07:00:00Z', '2012-11-05T07:00:00Z']],
    [
      '0 * * * *',
      '2012-11-04T00:00:00-04:00',
      ['2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z', '2012-11-04T07:00:00Z'],
    ],
  ])('in New York, %s after %s', (schedule, after, expected) =>
    expect(nextOnes(`CRON_TZ=America/New_York ${schedule}`, after, expected.length)).toEqual(expected),
  );

  it('may take away midnight', () =>
    expect(nextOnes('TZ=America/Sao_Paulo 0 0 * * *', '2018-11-03T12:00:00Z', 2)).toEqual([
      '2018-11-05T02:00:00Z',
      '2018-11-06T02:00:00Z',
    ]));

  it('may be half an hour', () =>
    expect(nextOnes('TZ=Australia/Lord_Howe 0 2 * * *', '2024-04-06T00:00:00Z', 2)).toEqual([
      '2024-04-06T15:30:00Z',
      '2024-04-07T15:30:00Z',
    ]));
});

const MINUTE = 60_000;
type Shown = readonly [time: number, wall: Date];

/** What the clocks of a zone show, minute by minute. */
const shownIn = (zone: string, after: number, until: number): Shown[] =>
  Array.from({ length: (until - after) / MINUTE }, (_, i) => after + (i + 1) * MINUTE).map((time) => [
    time,
    new Date(wallClock(zone, time)),
  ]);

/** Every minute whose wall clock matches, found the slow way. */
function matching(text: string, shown: readonly Shown[]): string[] {
  const schedule = parsed(text);
  if (schedule.kind !== 'calendar') throw new Error('a calendar is needed');
  const isMatch = ([, wall]: Shown): boolean => {
    const isDate = schedule.days.has(wall.getUTCDate());
    const isWeekday = schedule.weekdays.has(wall.getUTCDay());
    return (
      schedule.minutes.includes(wall.getUTCMinutes()) &&
      schedule.hours.includes(wall.getUTCHours()) &&
      schedule.months.has(wall.getUTCMonth() + 1) &&
      (schedule.eitherDay ? isDate || isWeekday : isDate && isWeekday)
    );
  };
  return shown.filter(isMatch).map(([time]) => formatTime(instant(time)));
}

describe('the times of a schedule', () => {
  const DAY = 86_400_000;
  const zones: [zone: string, change: string][] = [
    ['America/New_York', '2024-03-10'],
    ['America/New_York', '2024-11-03'],
    ['America/Sao_Paulo', '2018-02-18'],
    ['America/St_Johns', '2007-11-04'],
    ['Australia/Lord_Howe', '2024-10-06'],
    ['Pacific/Apia', '2011-12-30'],
    ['Asia/Kathmandu', '2024-06-01'],
    ['Pacific/Kiritimati', '2024-06-01'],
  ];
  const schedules = ['*/7 * * * *', '30 2 * * *', '0 0 * * *', '15,45 23,0-2 */2 * 1', '59 23 30 * *'];

  it.each(zones)('in %s around %s are those that the wall clock shows', (zone, change) => {
    const [from, to] = [Date.parse(change) - DAY, Date.parse(change) + 2 * DAY];
    const shown = shownIn(zone, from, to);
    for (const text of schedules) {
      const expected = matching(text, shown);
      const schedule = parsed(`CRON_TZ=${zone} ${text}`);
      const found = [...timesBetween(schedule, instant(from), instant(to))].map(formatTime);
      expect({ text, found }).toEqual({ text, found: expected });
      for (let i = 0; i < expected.length; i += 29) {
        const latest = latestTime(schedule, instant(from), instant(at(expected[i] ?? '') + 59_000));
        expect(latest && formatTime(latest)).toBe(expected[i]);
      }
      expect(latestTime(schedule, instant(from), instant(from))).toBeNull();
    }
  });

  it('of an interval are counted from the last one', () => {
    const schedule = parsed('@every 7m');
    const anchor = at('2026-01-01T00:00:03Z');
    expect(formatTime(nextTime(schedule, at('2026-01-01T01:00:00Z'), anchor) ?? anchor)).toBe('2026-01-01T01:03:03Z');
    expect(formatTime(latestTime(schedule, anchor, at('2026-01-01T01:00:00Z')) ?? anchor)).toBe('2026-01-01T00:56:03Z');
    expect(latestTime(schedule, anchor, at('2026-01-01T00:07:02Z'))).toBeNull();
  });
});

describe('the schedules of a CronWorkflow', () => {
  const spec = { workflowSpec: {}, timezone: 'Europe/Berlin' };

  it('are in its time zone, unless they name another', () => {
    const result = schedulesOf({ ...spec, schedules: ['0 0 * * *', 'CRON_TZ=Asia/Tokyo 0 0 * * *', '@every 1m'] });
    expect(result).toMatchObject({
      schedules: [{ timeZone: 'Europe/Berlin' }, { timeZone: 'Asia/Tokyo' }, { everyMs: 60_000 }],
    });
    expect(scheduleText({ ...spec, schedules: ['0 0 * * *', '@daily'] })).toBe(
      'CRON_TZ=Europe/Berlin 0 0 * * *,CRON_TZ=Europe/Berlin @daily',
    );
  });

  it.each([
    [[], 'at least one schedule'],
    [['0 0 * *'], 'cron schedule 0 0 * * is malformed: expected exactly 5 fields, found 4: [0 0 * *]'],
    [[''], 'empty spec string'],
    [['@never'], 'unrecognized descriptor: @never'],
    [['@every 1y'], 'failed to parse duration @every 1y: time: invalid duration "1y"'],
    [['10 * * 127 *'], 'cron schedule 10 * * 127 * is malformed: end of range (127) above maximum (12): 127'],
    [['0 0 0 * *'], 'beginning of range (0) below minimum (1): 0'],
    [['0 9-5 * * *'], 'beginning of range (9) beyond end of range (5): 9-5'],
    [['1-2-3 * * * *'], 'too many hyphens: 1-2-3'],
    [['*/5/5 * * * *'], 'too many slashes: */5/5'],
    [['*/0 * * * *'], 'step of range should be a positive number: */0'],
    [['0 noon * * *'], 'failed to parse int from noon: strconv.Atoi: parsing "noon": invalid syntax'],
    [['0 0 * * 7'], 'end of range (7) above maximum (6): 7'],
    [['CRON_TZ=Mars/Base 0 0 * * *'], 'provided bad location Mars/Base: unknown time zone Mars/Base'],
  ])('may be wrong: %j', (schedules, problem) =>
    expect(schedulesOf({ workflowSpec: {}, schedules })).toMatchObject({
      ok: false,
      problem: expect.stringContaining(problem),
    }),
  );
});
