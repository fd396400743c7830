import { isFinalWorkflowPhase, parseTime } from '@argosy/workflow-engine';
import type { CronWorkflow, CronWorkflowSpec } from '@argosy/workflow-spec';
import type { ActiveReference, Child } from './model.js';
import { CRON_WORKFLOW_LABEL } from './names.js';

export const isEnded = ({ status }: Child): boolean => isFinalWorkflowPhase(status?.phase);

/** A reference without a uid is a promise: written before the workflow is created, so that no crash loses it. */
export const isPromise = ({ uid }: ActiveReference): boolean => uid === undefined || uid === '';

export const promiseOf = (cron: CronWorkflow, name: string): ActiveReference => ({
  apiVersion: cron.apiVersion,
  kind: 'Workflow',
  name,
  ...(cron.metadata.namespace !== undefined && { namespace: cron.metadata.namespace }),
});

export interface Reviewed {
  readonly active: ActiveReference[];
  /** Workflows that were active and have ended since. */
  readonly ended: readonly Child[];
  /** A promised workflow is there. */
  readonly isPromiseKept: boolean;
}

/** The active list made true: what ended or is gone leaves it, what runs is in it, by whomever it was started. */
export function reviewActive(
  cron: CronWorkflow,
  listed: readonly ActiveReference[],
  children: readonly Child[],
): Reviewed {
  const active: ActiveReference[] = [];
  const ended: Child[] = [];
  const seen = new Set<Child>();
  let isPromiseKept = false;
  for (const reference of listed) {
    const child = children.find(({ metadata }) => refersTo(reference, metadata));
    if (child) seen.add(child);
    isPromiseKept ||= child !== undefined && isPromise(reference);
    if (child && isEnded(child)) ended.push(child);
    else if (child) active.push(isPromise(reference) ? { ...reference, uid: child.metadata.uid } : reference);
    else if (isPromise(reference)) active.push(reference);
  }
  for (const child of [...children].sort(byAge))
    if (!seen.has(child) && !isEnded(child))
      active.push({ ...promiseOf(cron, child.metadata.name ?? ''), uid: child.metadata.uid });
  return { active, ended, isPromiseKept };
}

const refersTo = (reference: ActiveReference, { name, uid }: Child['metadata']): boolean =>
  isPromise(reference) ? reference.name === name : reference.uid === uid;

const createdAt = ({ metadata }: Child): number => parseTime(metadata.creationTimestamp) ?? 0;
const byName = (a: Child, b: Child): number => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
const byAge = (a: Child, b: Child): number => createdAt(a) - createdAt(b) || byName(a, b);

const KEPT = { succeeded: 3, failed: 1 };

/** Ended workflows beyond the history limits, those that ended first. */
export function beyondHistory(cron: CronWorkflow, children: readonly Child[]): Child[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
  const own = children.filter(
    (child) => isEnded(child) && child.metadata.labels?.[CRON_WORKFLOW_LABEL] === cron.metadata.name,
  );
  const [succeeded, failed] = [true, false].map((wanted) =>
    own.filter(({ status }) => (status?.phase === 'Succeeded') === wanted),
  );
  return [
    ...beyond(succeeded ?? [], limitOf(successfulJobsHistoryLimit, KEPT.succeeded)),
    ...beyond(failed ?? [], limitOf(failedJobsHistoryLimit, KEPT.failed)),
  ];
}

const limitOf = (limit: CronWorkflowSpec['failedJobsHistoryLimit'], otherwise: number): number =>
  typeof limit === 'number' && limit >= 0 ? limit : otherwise;

function beyond(children: Child[], limit: number): Child[] {
  const endedAt = ({ status }: Child): number => parseTime(status?.finishedAt) ?? 0;
  return children.sort((a, b) => endedAt(b) - endedAt(a) || -byAge(a, b)).slice(limit);
}

/**
 * Whom `Replace` ends: workflows older than the one that was started last, or is about to be. That they are asked to end
 * follows from what is recorded, so that it happens whatever crashes in between.
 */
export function replaced(
  cron: CronWorkflow,
  active: readonly ActiveReference[],
  children: readonly Child[],
  newest: string,
): Child[] {
  const startedAt = parseTime(cron.status?.lastScheduledTime);
  if (cron.spec.concurrencyPolicy !== 'Replace' || startedAt === null) return [];
  if (!active.some(({ name }) => name === newest)) return [];
  return children.filter(
    (child) =>
      !isEnded(child) &&
      child.metadata.name !== newest &&
      child.spec.shutdown !== 'Terminate' &&
      createdAt(child) <= startedAt,
  );
}
