import { claimOf, limitSource, LockTable, rankOf } from '@argosy/workflow-engine';
import type { LockClaim, LockObservation, LockRef, RunState } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { Holes } from '../reconcile/holes.js';
import type { ConfigMapLimits } from './config-map-limits.js';
import type { LockDatabase } from './lock-database.js';

export interface ClusterLocksOptions {
  readonly configMaps: ConfigMapLimits;
  readonly database: LockDatabase | undefined;
  /** The run may be able to go on now. */
  readonly wake: (run: string) => void;
}

type Limit = Pick<LockObservation, 'limit' | 'problem'>;

/**
 * The locks of all runs. What is held is what the Workflow objects say, and what passes under way are about to write: a
 * place is taken before the write that takes it and free only after the write that frees it, so that no two objects ever
 * say that they hold the same place.
 */
export class ClusterLocks {
  private readonly table = new LockTable();
  private readonly underWay = new Set<string>();

  constructor(private readonly options: ClusterLocksOptions) {}

  /** A lock without what the run itself has. Limits that have to be looked up first are put on `holes`. */
  observe(lock: LockRef, workflow: Workflow, holes: Holes): LockObservation {
    return { ...this.table.view(lock.key, rankOf(workflow)), ...this.limitOf(lock, holes) };
  }

  /** A pass has decided: from now on nobody else may have what it takes. To be called before anybody else looks. */
  reserve(run: string, state: RunState): void {
    const claim = claimAfter(state);
    const before = this.table.claim(run)?.holding ?? [];
    const added = claim.holding.filter((place) => !before.some((held) => isSame(held, place)));
    this.underWay.add(run);
    this.record(run, { ...claim, holding: [...before, ...added] });
  }

  /** The decision is written: what it lets go is free. */
  written(run: string, state: RunState): void {
    this.underWay.delete(run);
    this.record(run, claimAfter(state));
  }

  /** Somebody else wrote first: the object counts. */
  discarded(run: string, object: Workflow | undefined): void {
    this.underWay.delete(run);
    this.record(run, object ? claimOf(object) : null);
  }

  /** Nobody can tell whether the write got through: what it takes stays taken until the object shows or a pass decides. */
  doubtful(run: string): void {
    this.underWay.delete(run);
  }

  /** What an object says. Of a run with a pass under way it is about to be out of date. */
  seen(run: string, object: Workflow): void {
    if (!this.underWay.has(run)) this.record(run, claimOf(object));
  }

  gone(run: string): void {
    this.underWay.delete(run);
    this.record(run, null);
  }

  /** The limits of the locks whose names begin like this may have changed. */
  limitChanged(prefix: string): void {
    for (const [lock, run] of this.table.turns()) if (lock.startsWith(prefix)) this.options.wake(run);
  }

  private record(run: string, claim: LockClaim | null): void {
    for (const next of this.table.record(run, claim)) this.options.wake(next);
  }

  private limitOf(lock: LockRef, holes: Holes): Limit {
    const source = limitSource(lock);
    const { configMaps, database } = this.options;
    switch (source.kind) {
      case 'Mutex':
        return { limit: 1, problem: null };
      case 'Database': {
        if (!database) return none(`lock ${lock.key} needs a synchronization database, and none is configured`);
        if (lock.type === 'mutex') return { limit: 1, problem: null };
        const limit = database.limit(source.namespace, source.key);
        return limit === undefined ? none(`the database has no limit for semaphore ${lock.key}`) : places(lock, limit);
      }
      case 'ConfigMap': {
        const { namespace, name, key } = source;
        const found = configMaps.get(namespace, name);
        if (found === undefined) {
          holes.add(`configmap ${namespace}/${name}`, () => configMaps.follow(namespace, name));
          return { limit: 0, problem: null };
        }
        const text = found?.data?.[key];
        if (!found) return none(`semaphore ${lock.key}: there is no configmap ${name} in namespace ${namespace}`);
        if (text === undefined) return none(`semaphore ${lock.key}: configmap ${name} has no key ${key}`);
        return places(lock, text.trim());
      }
    }
  }
}

function places(lock: LockRef, limit: string | number): Limit {
  const count = limit === '' ? NaN : Number(limit);
  if (!Number.isInteger(count) || count < 0)
    return none(`semaphore ${lock.key}: its limit "${limit}" is no whole number`);
  return { limit: count, problem: null };
}

const none = (problem: string): Limit => ({ limit: 0, problem });

const claimAfter = ({ workflow, status }: RunState): LockClaim => claimOf({ ...workflow, status });

const isSame = (a: readonly [string, string], b: readonly [string, string]): boolean => a[0] === b[0] && a[1] === b[1];
