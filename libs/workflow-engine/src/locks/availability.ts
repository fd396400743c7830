import type { LockRef } from './lock-ref.js';

/** A lock as a run sees it while it decides. */
export interface LockState {
  /** Places in all; 0 keeps everybody waiting. */
  readonly limit: number;
  /** Who has them now, this run included. */
  readonly holders: readonly string[];
  /** Whether no other run's turn comes first. */
  readonly isFirst: boolean;
}

/** Argo's words; people search for them. The number of free places may be negative after a limit was lowered. */
export const waitingMessage = (lock: string, { limit, holders }: LockState): string =>
  `Waiting for ${lock} lock. Lock status: ${limit - holders.length}/${limit}`;

/**
 * The first of the locks that cannot be had now; null when all can. All or nothing: who cannot have all takes none, so that
 * nobody waits for one lock while sitting on another of the same request.
 */
export function firstUnavailable(
  locks: readonly LockRef[],
  stateOf: (lock: LockRef) => LockState,
): { readonly lock: LockRef; readonly state: LockState } | null {
  for (const lock of locks) {
    const state = stateOf(lock);
    if (!state.isFirst || state.holders.length >= state.limit) return { lock, state };
  }
  return null;
}
