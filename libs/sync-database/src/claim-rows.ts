import type { SharedClaim } from '@argosy/workflow-controller';
import { lockName } from './lock-names.js';

/** A line of `sync_state`, but for its controller. */
export interface ClaimRow {
  readonly name: string;
  readonly key: string;
  readonly held: boolean;
  readonly priority: number;
  /** When the workflow was created, to the second. */
  readonly createdAt: string;
}

export function rowsOf(claim: SharedClaim | null): ClaimRow[] {
  if (!claim) return [];
  const { run, priority } = claim;
  const createdAt = toSecond(claim.createdAt);
  const held = claim.holding.map(({ lock, holder }) => ({ name: lockName(lock), key: holder, held: true }));
  const waiting = claim.waiting.map((lock) => {
    const name = lockName(lock);
    // Runs queue, not their calls. One that holds the lock as a whole needs a second line to queue for a call of its own.
    const isTaken = held.some((row) => row.name === name && row.key === run);
    return { name, key: isTaken ? `${run}/` : run, held: false };
  });
  return [...held, ...waiting].map((row) => ({ ...row, priority, createdAt }));
}

/** Kubernetes counts seconds, and so does the table. */
export const toSecond = (time: string): string => (time === '' ? '' : `${time.slice(0, 19)}Z`);

/** Whether two lists say the same, in whatever order. */
export const signature = (rows: readonly ClaimRow[]): string =>
  rows
    .map(({ name, key, held, priority, createdAt }) => JSON.stringify([name, key, held, priority, createdAt]))
    .sort()
    .join('\n');
