import type { Instant } from '@argosy/workflow-engine';
import { formatTime, instant, parseTime } from '@argosy/workflow-engine';
import type { CronSchedule, CronWorkflow } from '@argosy/workflow-spec';
import { childWorkflow } from './child-workflow.js';
import { beyondHistory, isPromise, promiseOf, replaced, reviewActive } from './children.js';
import { isStopReached, isWanted } from './conditions.js';
import { CronDraft } from './cron-draft.js';
import type { CronCommand, CronDecision, CronScope, CronWorld } from './model.js';
import { childName, COMPLETED_LABEL, LAST_USED_SCHEDULE, SCHEDULED_SINCE } from './names.js';
import { latestTime, nextTime } from './schedule/schedule-times.js';
import { scheduleText, schedulesOf } from './schedule/schedules.js';
import type { Schedules } from './schedule/schedules.js';

/** With a starting deadline shorter than this, a start that is on time still has so long. */
const PUNCTUAL_MS = 10_000;

/**
 * One pass over a CronWorkflow. What is to be started is first written into its status as a promise and started
 * afterwards, by this pass or, if that is lost, by a later one: a time is neither started twice nor forgotten.
 */
export function decide(cron: CronWorkflow, world: CronWorld, scope: CronScope): CronDecision {
  const draft = new CronDraft(cron, scope);
  adoptSchedule(draft);
  review(draft, world);
  const parsed = schedulesOf(draft.spec);
  check(draft, parsed, world);
  const schedules = parsed.ok ? parsed.schedules : [];
  const due = isOpen(draft) ? dueTime(draft, schedules) : null;
  if (due !== null) takeUp(draft, world, due);
  reconsiderPromise(draft, world);
  return {
    state: draft.cron,
    patch: draft.patch(),
    commands: commandsOf(draft, world),
    wakeAt: wakeAt(draft, schedules),
    journal: draft.journal,
  };
}

/** A new schedule knows nothing of times before it: those are not missed. */
function adoptSchedule(draft: CronDraft): void {
  const text = scheduleText(draft.spec);
  const isKnown = draft.annotation(LAST_USED_SCHEDULE) === text;
  if (isKnown && (draft.lastScheduledAt !== null || draft.annotation(SCHEDULED_SINCE) !== undefined)) return;
  if (!isKnown && draft.lastScheduledAt !== null) draft.tell('Rescheduled', `The schedule is now ${text}`);
  if (!isKnown) draft.schedule(null);
  draft.annotate(LAST_USED_SCHEDULE, text);
  draft.annotate(SCHEDULED_SINCE, formatTime(draft.now));
}

function review(draft: CronDraft, { children }: CronWorld): void {
  const { active, ended, isPromiseKept } = reviewActive(draft.cron, draft.status.active ?? [], children);
  if (isPromiseKept) draft.withdraw('SubmissionError');
  if (active.length > 0 || draft.status.active) draft.set({ active });
  for (const { status } of ended) draft.count(status?.phase === 'Succeeded' ? 'succeeded' : 'failed');
}

/** What becomes of a CronWorkflow that nobody can read: nothing, until somebody has put it right. */
export function refuseUnread(cron: CronWorkflow, problem: string, scope: CronScope): CronDecision {
  const draft = new CronDraft(cron, scope);
  refuseSpec(draft, problem);
  return { state: draft.cron, patch: draft.patch(), commands: [], wakeAt: null, journal: draft.journal };
}

function refuseSpec(draft: CronDraft, problem: string): void {
  if (!draft.status.conditions?.some(({ type, message }) => type === 'SpecError' && message === problem))
    draft.tell('Invalid', problem);
  draft.report('SpecError', problem);
}

function check(draft: CronDraft, schedules: Schedules, { specProblem }: CronWorld): void {
  const stop = isStopReached(draft.cron, draft.now);
  const stopProblem = stop.ok
    ? undefined
    : `failed to check CronWorkflow '${draft.name}' stopping condition: ${stop.problem}`;
  const problem = schedules.ok ? (specProblem ?? stopProblem) : schedules.problem;
  if (problem !== undefined) return refuseSpec(draft, problem);
  draft.withdraw('SpecError');
  if (!stop.ok || !stop.holds || draft.status.phase === 'Stopped') return;
  draft.set({ phase: 'Stopped' });
  draft.label(COMPLETED_LABEL, 'true');
  draft.tell('Stopped', 'The expression of the stop strategy holds');
}

/** Whether anything may be started at all. */
const isOpen = ({ spec, status }: CronDraft): boolean =>
  !spec.suspend && status.phase !== 'Stopped' && !status.conditions?.some(({ type }) => type === 'SpecError');

/** What a missed time and an interval are counted from. */
const anchorOf = (draft: CronDraft): Instant =>
  instant(
    Math.max(
      draft.lastScheduledAt ?? Number.NEGATIVE_INFINITY,
      parseTime(draft.annotation(SCHEDULED_SINCE)) ?? Number.NEGATIVE_INFINITY,
    ),
  );

/** After how long a start is too late; null when it never is. Objects of other writers may hold nulls. */
function deadlineOf({ spec }: CronDraft): number | null {
  const { startingDeadlineSeconds = null } = spec;
  return startingDeadlineSeconds === null ? null : startingDeadlineSeconds * 1000;
}

/** The last time that has come and may still be started; of several that were missed, only the last is. */
function dueTime(draft: CronDraft, schedules: readonly CronSchedule[]): Instant | null {
  const anchor = anchorOf(draft);
  const times = schedules.flatMap((schedule) => latestTime(schedule, anchor, draft.now) ?? []);
  if (times.length === 0) return null;
  const last = instant(Math.max(...times));
  const deadlineMs = deadlineOf(draft);
  const lateMs = draft.now - last;
  if (last > draft.since) return deadlineMs !== null && lateMs >= Math.max(deadlineMs, PUNCTUAL_MS) ? null : last;
  return deadlineMs !== null && lateMs < deadlineMs ? last : null;
}

/** Applies the policies to a time that is due and promises to start it, unless one of them is against it. */
function takeUp(draft: CronDraft, { children }: CronWorld, due: Instant): void {
  const name = childName(draft.name, due);
  const active = (draft.status.active ?? []).filter((reference) => !isPromise(reference));
  const wanted = isWanted(draft.cron, draft.now);
  if (!wanted.ok) {
    draft.schedule(due);
    return refuse(draft, `run policy error: ${wanted.problem}`);
  }
  const skip = !wanted.holds
    ? 'its condition does not hold'
    : draft.spec.concurrencyPolicy === 'Forbid' && active.length > 0
      ? 'another one is active'
      : null;
  if (skip !== null) {
    if (due > draft.since) draft.tell('NotStarted', `${name} is not started: ${skip}`);
    return;
  }
  draft.schedule(due);
  if (children.some(({ metadata }) => metadata.name === name)) return;
  draft.set({ phase: 'Active', active: [...active, promiseOf(draft.cron, name)] });
  draft.tell('Started', `${name} is started`);
}

function refuse(draft: CronDraft, message: string): void {
  draft.report('SubmissionError', message);
  draft.count('failed');
  draft.tell('Refused', message);
}

/** A promise is taken back when the API refuses it, or when its time is over before it could be kept. */
function reconsiderPromise(draft: CronDraft, { refusals }: CronWorld): void {
  const promise = draft.status.active?.find(isPromise);
  if (!promise) return;
  const { name = '' } = promise;
  const refusal = refusals.get(name);
  if (refusal !== undefined) refuse(draft, `Failed to submit Workflow: ${refusal}`);
  else if (isTimely(draft, name)) return;
  else draft.tell('Missed', `${name} was not started in time`);
  draft.set({ active: (draft.status.active ?? []).filter((reference) => reference !== promise) });
}

function isTimely(draft: CronDraft, name: string): boolean {
  const { lastScheduledAt } = draft;
  if (!isOpen(draft) || lastScheduledAt === null || name !== childName(draft.name, lastScheduledAt)) return false;
  const deadlineMs = deadlineOf(draft);
  return deadlineMs === null || draft.now - lastScheduledAt < Math.max(deadlineMs, PUNCTUAL_MS);
}

function commandsOf(draft: CronDraft, { children }: CronWorld): CronCommand[] {
  const { cron, status, lastScheduledAt } = draft;
  const active = status.active ?? [];
  const newest = lastScheduledAt === null ? '' : childName(draft.name, lastScheduledAt);
  const isPresent = ({ metadata }: (typeof children)[number]): boolean => metadata.deletionTimestamp === undefined;
  const present = children.filter(isPresent);
  const named = (type: 'TerminateWorkflow' | 'DeleteWorkflow') => (child: (typeof children)[number]) => ({
    type,
    name: child.metadata.name ?? '',
    uid: child.metadata.uid ?? '',
  });
  const starts = active.filter(isPromise).map(({ name = '' }): CronCommand => {
    const workflow = childWorkflow(cron, lastScheduledAt ?? draft.now);
    return { type: 'StartWorkflow', name, workflow };
  });
  return [
    ...replaced(cron, active, present, newest).map(named('TerminateWorkflow')),
    ...starts,
    ...beyondHistory(cron, present).map(named('DeleteWorkflow')),
  ];
}

/** Also times at which nothing may be started: that they have passed is decided by looking at them. */
function wakeAt(draft: CronDraft, schedules: readonly CronSchedule[]): Instant | null {
  if (draft.status.phase === 'Stopped') return null;
  const anchor = anchorOf(draft);
  const times = schedules.flatMap((schedule) => nextTime(schedule, draft.now, anchor) ?? []);
  return times.length === 0 ? null : instant(Math.min(...times));
}
