import type { CronWorkflowSpec } from '../model/workflow.js';
import { isTimeZone, parseCronSchedule } from '../cron-schedule.js';
import type { ValidationContext } from './context.js';
import type { Path } from '../problem.js';
import { checkWhen } from './calls.rule.js';
import { checkExpression } from './expression.rule.js';
import { cronScope } from './variables/scopes.js';
import { checkExpressionNames, checkTags } from './variables/tag-check.js';

export function checkCron(context: ValidationContext, spec: CronWorkflowSpec): void {
  const { report } = context;
  const schedules = spec.schedules ?? [];
  if (schedules.length === 0)
    report.missing(['spec'], 'at least one schedule is needed', 'for example schedules: ["0 3 * * *"]');
  for (const [index, schedule] of schedules.entries()) {
    const parsed = parseCronSchedule(schedule);
    if (!parsed.ok)
      report.add(['spec', 'schedules', index], 'schedule', parsed.problem, {
        hint: 'minute hour day month weekday, or @hourly, @every 10m',
      });
  }
  if (spec.timezone && !isTimeZone(spec.timezone))
    report.add(['spec', 'timezone'], 'timezone', `"${spec.timezone}" is no time zone`, {
      hint: 'for example Europe/Berlin',
    });
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    if ((spec[field] ?? 0) < 0) report.add(['spec', field], 'range', `${field} must not be negative`);
  if (spec.stopStrategy?.expression !== undefined)
    checkCondition(context, ['spec', 'stopStrategy', 'expression'], spec.stopStrategy.expression);
  if (spec.when) {
    checkWhen(context, ['spec', 'when'], spec.when);
    checkTags(report, ['spec', 'when'], spec.when, { variables: cronScope, severity: 'error' });
  }
}

function checkCondition(context: ValidationContext, path: Path, expression: string): void {
  const before = context.report.problems.length;
  checkExpression(context, path, expression);
  if (context.report.problems.length === before)
    checkExpressionNames(context.report, path, expression, { variables: cronScope, severity: 'error' });
}
