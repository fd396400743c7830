import type { LockRef, LockView, RunRank } from '@argosy/workflow-engine';
import type { SharedClaim } from './shared-claim.js';

/** A lock as several controllers share it. */
export interface SharedView extends LockView {
  /** Undefined when nobody has written any down. */
  readonly limit: number | undefined;
}

export interface LockDatabaseEvents {
  /** Somebody else took the lock or let it go, or its limit has changed. */
  readonly changed: (lock: LockRef) => void;
  /** A run believes to hold the lock, and the database has given its place to another. */
  readonly lost: (run: string, lock: LockRef) => void;
}

/**
 * Locks beyond one controller: limits, holders and who waits. It never throws: while it cannot be reached, nobody gets
 * anything and everybody waits. Serves one controller, and is closed with it.
 */
export interface LockDatabase {
  /** All that this controller has has been shown with `settle`. */
  open(events: LockDatabaseEvents): void;
  /** What the run sees of the lock, without what it has itself; undefined while nobody has looked: then `follow` has to. */
  view(lock: LockRef, run: RunRank): SharedView | undefined;
  follow(lock: LockRef): Promise<void>;
  /**
   * Takes what the claim holds more than before, all of it or nothing. True means that it is taken for good, whatever
   * becomes of this process, until `settle` says otherwise.
   */
  take(claim: SharedClaim): Promise<boolean>;
  /** What the run's object says now; null when it is gone. What it no longer holds is let go, sooner or later. */
  settle(run: string, claim: SharedClaim | null): void;
  close(): Promise<void>;
}

/** Limits in memory, for one controller: holders are recorded on the Workflow objects, as for any other lock. */
export class InMemoryLockDatabase implements LockDatabase {
  private readonly limits = new Map<string, number>();
  private events: LockDatabaseEvents | undefined;

  setLimit(namespace: string, key: string, limit: number): void {
    const lock: LockRef = { type: 'semaphore', key: `${namespace}/Database/${key}` };
    this.limits.set(lock.key, limit);
    this.events?.changed(lock);
  }

  open(events: LockDatabaseEvents): void {
    this.events = events;
  }

  view({ key, type }: LockRef): SharedView {
    return { limit: type === 'mutex' ? 1 : this.limits.get(key), holders: [], isFirst: true };
  }

  follow(): Promise<void> {
    return Promise.resolve();
  }

  take(): Promise<boolean> {
    return Promise.resolve(true);
  }

  settle(): void {
    // The objects say it all.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
