import type { Instant } from '@argosy/workflow-engine';

export const CRON_WORKFLOW_LABEL = 'workflows.argoproj.io/cron-workflow';
export const SCHEDULED_TIME = 'workflows.argoproj.io/scheduled-time';
export const COMPLETED_LABEL = 'cronworkflows.argoproj.io/completed';
export const LAST_USED_SCHEDULE = 'cronworkflows.argoproj.io/last-used-schedule';
/** Since when the present schedules count, until one of their times has come. Not of Argo, see ADR 0015. */
export const SCHEDULED_SINCE = 'argosy.io/scheduled-since';

/** The same for everybody who starts the same time, so that it is started once. */
export const childName = (cronName: string, scheduledAt: Instant): string =>
  `${cronName}-${Math.floor(scheduledAt / 1000)}`;
