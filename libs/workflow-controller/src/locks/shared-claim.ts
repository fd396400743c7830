import type { LockRef, RunRank } from '@argosy/workflow-engine';
import { isFinalWorkflowPhase, limitSource, rankOf } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';

/** What one run has and wants of the locks that several controllers share. */
export interface SharedClaim extends RunRank {
  readonly holding: readonly { readonly lock: LockRef; readonly holder: string }[];
  readonly waiting: readonly LockRef[];
}

export function sharedClaimOf(workflow: Workflow): SharedClaim {
  const { semaphore, mutex } = isFinalWorkflowPhase(workflow.status?.phase)
    ? {}
    : (workflow.status?.synchronization ?? {});
  const holding = [
    ...(semaphore?.holding ?? []).flatMap(({ semaphore: key = '', holders = [] }) =>
      holders.map((holder) => ({ lock: semaphoreOf(key), holder })),
    ),
    ...(mutex?.holding ?? []).map(({ mutex: key = '', holder = '' }) => ({ lock: mutexOf(key), holder })),
  ];
  const waiting = [
    ...(semaphore?.waiting ?? []).map(({ semaphore: key = '' }) => semaphoreOf(key)),
    ...(mutex?.waiting ?? []).map(({ mutex: key = '' }) => mutexOf(key)),
  ];
  return {
    ...rankOf(workflow),
    holding: holding.filter(({ lock }) => isShared(lock)),
    waiting: waiting.filter(isShared),
  };
}

/** Whether the first has something that the second has not. */
export const holdsMore = (claim: SharedClaim, than: SharedClaim): boolean =>
  claim.holding.some(
    ({ lock, holder }) => !than.holding.some((held) => held.holder === holder && isSameLock(held.lock, lock)),
  );

const isShared = (lock: LockRef): boolean => limitSource(lock).kind === 'Database';
const isSameLock = (a: LockRef, b: LockRef): boolean => a.key === b.key && a.type === b.type;
const semaphoreOf = (key: string): LockRef => ({ key, type: 'semaphore' });
const mutexOf = (key: string): LockRef => ({ key, type: 'mutex' });
