import { claimOf, limitSource, LockTable, rankOf } from '@argosy/workflow-engine';
import type {
  LimitSource,
  LockClaim,
  LockObservation,
  LockRef,
  LockView,
  RunRank,
  RunState,
} from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { Holes } from '../reconcile/holes.js';
import type { ConfigMapLimits } from './config-map-limits.js';
import type { LockDatabase } from './lock-database.js';
import { holdsMore, sharedClaimOf } from './shared-claim.js';

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
    const rank = rankOf(workflow);
    const here = this.table.view(lock.key, rank);
    const source = limitSource(lock);
    return source.kind === 'Database'
      ? this.observeShared(lock, rank, here, holes)
      : { ...here, ...this.limitOf(lock, source, holes) };
  }

  /**
   * A pass has decided: from now on nobody else may have what it takes. To be called before anybody else looks.
   * @returns false when another controller was faster: the decision is void, and nothing is taken
   */
  async reserve(run: string, before: RunState, after: RunState): Promise<boolean> {
    const claim = claimAfter(after);
    const held = this.table.claim(run)?.holding ?? [];
    const added = claim.holding.filter((place) => !held.some((other) => isSame(other, place)));
    this.underWay.add(run);
    this.record(run, { ...claim, holding: [...held, ...added] });
    const shared = sharedClaimOf(objectOf(after));
    if (!this.options.database || !holdsMore(shared, sharedClaimOf(objectOf(before)))) return true;
    if (await this.options.database.take(shared)) return true;
    this.settle(run, objectOf(before));
    return false;
  }

  /** The decision is written: what it lets go is free. */
  written(run: string, state: RunState): void {
    this.settle(run, objectOf(state));
  }

  /** Somebody else wrote first: the object counts. */
  discarded(run: string, object: Workflow | undefined): void {
    this.settle(run, object);
  }

  /** Nobody can tell whether the write got through: what it takes stays taken until the object shows or a pass decides. */
  doubtful(run: string): void {
    this.underWay.delete(run);
  }

  /** What an object says. Of a run with a pass under way it is about to be out of date. */
  seen(run: string, object: Workflow): void {
    if (!this.underWay.has(run)) this.settle(run, object);
  }

  gone(run: string): void {
    this.settle(run, undefined);
  }

  /** The limits of the locks whose names begin like this may have changed. */
  limitChanged(prefix: string): void {
    for (const [lock, run] of this.table.turns()) if (lock.startsWith(prefix)) this.options.wake(run);
  }

  private record(run: string, claim: LockClaim | null): void {
    for (const next of this.table.record(run, claim)) this.options.wake(next);
  }

  private settle(run: string, object: Workflow | undefined): void {
    this.underWay.delete(run);
    this.record(run, object ? claimOf(object) : null);
    this.options.database?.settle(run, object ? sharedClaimOf(object) : null);
  }

  private observeShared(lock: LockRef, rank: RunRank, here: LockView, holes: Holes): LockObservation {
    const { database } = this.options;
    if (!database) {
      const problem = `lock ${lock.key} needs a synchronization database, and none is configured`;
      return { ...here, ...none(problem) };
    }
    const seen = database.view(lock, rank);
    if (!seen) holes.add(`lock ${lock.type} ${lock.key}`, () => database.follow(lock));
    const { limit, holders, isFirst } = seen ?? { limit: 0, holders: [], isFirst: false };
    return {
      holders: [...new Set([...here.holders, ...holders])],
      isFirst: here.isFirst && isFirst,
      ...(limit === undefined ? none(`the database has no limit for ${lock.type} ${lock.key}`) : places(lock, limit)),
    };
  }

  private limitOf(lock: LockRef, source: Exclude<LimitSource, { kind: 'Database' }>, holes: Holes): Limit {
    if (source.kind === 'Mutex') return { limit: 1, problem: null };
    const { configMaps } = this.options;
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

function places(lock: LockRef, limit: string | number): Limit {
  const count = limit === '' ? NaN : Number(limit);
  if (!Number.isInteger(count) || count < 0)
    return none(`semaphore ${lock.key}: its limit "${limit}" is no whole number`);
  return { limit: count, problem: null };
}

const none = (problem: string): Limit => ({ limit: 0, problem });

const objectOf = ({ workflow, status }: RunState): Workflow => ({ ...workflow, status });
const claimAfter = (state: RunState): LockClaim => claimOf(objectOf(state));

const isSame = (a: readonly [string, string], b: readonly [string, string]): boolean => a[0] === b[0] && a[1] === b[1];
