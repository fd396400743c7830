import type { Workflow } from '@argosy/workflow-spec';
import { isFinalWorkflowPhase } from '../model/phases.js';
import { awaitedLocks, heldPlaces } from './synchronization-status.js';

/** What one run has and wants, as its Workflow object says, and its place among those who wait. */
export interface LockClaim {
  /** `namespace/name`. */
  readonly run: string;
  readonly priority: number;
  readonly createdAt: string;
  readonly holding: readonly (readonly [lock: string, holder: string])[];
  readonly waiting: readonly string[];
}

export function claimOf(workflow: Workflow): LockClaim {
  const { status } = workflow;
  const synchronization = isFinalWorkflowPhase(status?.phase) ? undefined : status?.synchronization;
  return { ...rankOf(workflow), holding: heldPlaces(synchronization), waiting: awaitedLocks(synchronization) };
}

/** What decides whose turn comes first. */
export type RunRank = Pick<LockClaim, 'run' | 'priority' | 'createdAt'>;

export const rankOf = ({ metadata, spec, status }: Workflow): RunRank => ({
  run: `${metadata.namespace ?? ''}/${metadata.name ?? ''}`,
  priority: (status?.storedWorkflowTemplateSpec ?? spec).priority ?? 0,
  createdAt: metadata.creationTimestamp ?? '',
});

/** What of a lock concerns a run: what the others have, and whether another run's turn comes first. */
export interface LockView {
  readonly holders: readonly string[];
  readonly isFirst: boolean;
}

interface Lock {
  /** By run. */
  readonly holders: Map<string, readonly string[]>;
  /** Runs that wait, in the order of their turns. */
  readonly queue: LockClaim[];
}

/**
 * Who holds and who waits, in the whole cluster. It remembers nothing that is not written on a Workflow object: whoever
 * shows it all objects has the same table again. Runs queue and not their calls, because only runs have a rank (priority,
 * then age); a run hands its turn to whichever of its calls can use it.
 */
export class LockTable {
  private readonly claims = new Map<string, LockClaim>();
  private readonly locks = new Map<string, Lock>();

  /** What the lock looks like to a run that asks, whether or not it waits already. */
  view(lock: string, run: RunRank): LockView {
    const known = this.locks.get(lock);
    if (!known) return { holders: [], isFirst: true };
    const holders = [...known.holders].flatMap(([other, names]) => (other === run.run ? [] : names));
    const rival = known.queue.find((other) => other.run !== run.run);
    return { holders, isFirst: !rival || ranksBefore(run, rival) };
  }

  /**
   * Replaces what a run has and wants; null when it is gone.
   * @returns the runs whose turn may have come by that
   */
  record(run: string, claim: LockClaim | null): string[] {
    const before = this.claims.get(run);
    const isIdle = !claim || (claim.holding.length === 0 && claim.waiting.length === 0);
    if (isIdle && !before) return [];
    const touched = new Set(before ? locksIn(before) : []);
    const heads = new Map([...touched].map((lock) => [lock, this.first(lock)]));
    const places = new Map([...touched].map((lock) => [lock, this.placesOf(lock, run)]));
    if (before) this.remove(before);
    if (!isIdle) this.add(claim);
    const called = [...touched].flatMap((lock) => {
      const head = this.first(lock);
      const isFreed = this.placesOf(lock, run) < (places.get(lock) ?? 0);
      return head !== undefined && (isFreed || head !== heads.get(lock)) ? [head] : [];
    });
    return [...new Set(called)].filter((other) => other !== run);
  }

  claim(run: string): LockClaim | undefined {
    return this.claims.get(run);
  }

  /** The run whose turn it is, for every lock somebody waits for. */
  turns(): [lock: string, run: string][] {
    return [...this.locks.keys()].flatMap((lock) => {
      const run = this.first(lock);
      return run === undefined ? [] : [[lock, run] as [string, string]];
    });
  }

  private first(lock: string): string | undefined {
    return this.locks.get(lock)?.queue[0]?.run;
  }

  private placesOf(lock: string, run: string): number {
    return this.locks.get(lock)?.holders.get(run)?.length ?? 0;
  }

  private add(claim: LockClaim): void {
    this.claims.set(claim.run, claim);
    for (const [key, holder] of claim.holding) {
      const { holders } = this.lock(key);
      holders.set(claim.run, [...(holders.get(claim.run) ?? []), holder]);
    }
    for (const key of new Set(claim.waiting)) {
      const { queue } = this.lock(key);
      queue.splice(placeInLine(queue, claim), 0, claim);
    }
  }

  private remove(claim: LockClaim): void {
    this.claims.delete(claim.run);
    for (const key of locksIn(claim)) {
      const { holders, queue } = this.lock(key);
      holders.delete(claim.run);
      const at = queue.indexOf(claim);
      if (at >= 0) queue.splice(at, 1);
      if (holders.size === 0 && queue.length === 0) this.locks.delete(key);
    }
  }

  private lock(key: string): Lock {
    const known = this.locks.get(key) ?? { holders: new Map<string, readonly string[]>(), queue: [] };
    this.locks.set(key, known);
    return known;
  }
}

const locksIn = ({ holding, waiting }: LockClaim): Set<string> =>
  new Set([...holding.map(([lock]) => lock), ...waiting]);

/** Higher priority, then age; of two runs of the same second the name decides, so that a restart changes nothing. */
export function ranksBefore(a: RunRank, b: RunRank): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt;
  return a.run < b.run;
}

/** Where a run belongs in a line that is in order; where it is, if it stands there already. */
export function placeInLine(line: readonly RunRank[], rank: RunRank): number {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = line[middle];
    if (other && ranksBefore(other, rank)) low = middle + 1;
    else high = middle;
  }
  return low;
}
