export { backfill } from './backfill.js';
export type { Backfill, BackfillOptions } from './backfill.js';
export { decide, refuseUnread } from './decide.js';
export { isEnded } from './children.js';
export type {
  Child,
  CronCommand,
  CronCommandType,
  CronDecision,
  CronJournalEntry,
  CronPatch,
  CronScope,
  CronWorld,
  DeleteWorkflow,
  StartWorkflow,
  TerminateWorkflow,
} from './model.js';
export { childWorkflow, workflowOf } from './child-workflow.js';
export { childName, CRON_WORKFLOW_LABEL } from './names.js';
export { latestTime, nextTime, timesBetween } from './schedule/schedule-times.js';
export { schedulesOf, scheduleText } from './schedule/schedules.js';
export type { Schedules } from './schedule/schedules.js';
