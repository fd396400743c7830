import type { LockRef } from '../locks/lock-ref.js';
import { claimOf, LockTable } from '../locks/lock-table.js';
import type { RunRank } from '../locks/lock-table.js';
import type { LockObservation } from '../model/observation.js';
import type { RunState } from '../model/run-state.js';

/** The locks of a cluster, shared by the worlds of all runs in it. */
export class ScriptedLocks {
  table = new LockTable();
  /** Places of semaphores by Argo's name of the lock; one that is not here does not exist. */
  readonly limits = new Map<string, number>();

  observe(lock: LockRef, run: RunRank): LockObservation {
    const limit = lock.type === 'mutex' ? 1 : this.limits.get(lock.key);
    const problem = limit === undefined ? `${lock.key} has no limit` : null;
    return { ...this.table.view(lock.key, run), limit: limit ?? 0, problem };
  }

  /** Whoever shows it all objects again has the same table. */
  forget(): void {
    this.table = new LockTable();
  }

  /** @returns the runs that want a pass now */
  record(state: RunState): string[] {
    const claim = claimOf({ ...state.workflow, status: state.status });
    return this.table.record(claim.run, claim);
  }
}
