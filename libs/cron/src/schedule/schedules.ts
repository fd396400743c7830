import type { CronSchedule, CronWorkflowSpec } from '@argosy/workflow-spec';
import { parseCronSchedule } from '@argosy/workflow-spec';

export type Schedules =
  { readonly ok: true; readonly schedules: readonly CronSchedule[] } | { readonly ok: false; readonly problem: string };

/** The schedules of a CronWorkflow, each in its time zone: its own, or the CronWorkflow's, or UTC. */
export function schedulesOf({ schedules: given, timezone }: CronWorkflowSpec): Schedules {
  const schedules = given ?? [];
  if (schedules.length === 0) return { ok: false, problem: 'cron workflow must have at least one schedule' };
  const found: CronSchedule[] = [];
  for (const text of schedules) {
    const parsed = parseCronSchedule(withTimeZone(text, timezone));
    if (!parsed.ok) return { ok: false, problem: `cron schedule ${text} is malformed: ${parsed.problem}` };
    found.push(parsed.schedule);
  }
  return { ok: true, schedules: found };
}

/** What the annotation of the last used schedule says: every schedule with its time zone. */
export const scheduleText = ({ schedules, timezone }: CronWorkflowSpec): string =>
  (schedules ?? []).map((text) => withTimeZone(text, timezone)).join(',');

const withTimeZone = (schedule: string, timeZone: string | undefined): string =>
  timeZone && !/^(CRON_)?TZ=/.test(schedule) ? `CRON_TZ=${timeZone} ${schedule}` : schedule;
