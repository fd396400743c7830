import { isFinalWorkflowPhase, rankOf, ranksBefore } from '@argosy/workflow-engine';
import type { RunRank } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';

export interface AdmissionOptions {
  /** Workflows that may run at once; absent or 0: any number. */
  readonly parallelism?: number | undefined;
  /** The same for each namespace that says nothing of its own. */
  readonly namespaceParallelism?: number | undefined;
  /** The run's turn has come. */
  readonly wake: (run: string) => void;
}

/**
 * Which workflows may run when only so many may at once: in each namespace the one with the highest priority, then the
 * oldest; among namespaces likewise. A workflow that has begun is never held back again.
 */
export class Admission {
  private readonly running = new Set<string>();
  /** By namespace, in the order of their turns. */
  private readonly waiting = new Map<string, RunRank[]>();
  private readonly ownLimits = new Map<string, number>();
  private isOpen = false;

  constructor(private readonly options: AdmissionOptions) {}

  /** Every workflow has been seen: from now on turns are given away. */
  open(): void {
    this.isOpen = true;
    this.giveTurns();
  }

  admits(run: string): boolean {
    return this.running.has(run);
  }

  seen(run: string, workflow: Workflow): void {
    const phase = workflow.status?.phase;
    if (isFinalWorkflowPhase(phase)) return this.gone(run);
    if (this.running.has(run)) return;
    this.leaveQueue(run);
    if (phase === 'Running') this.running.add(run);
    else this.queue(rankOf(workflow));
    this.giveTurns(run);
  }

  gone(run: string): void {
    this.running.delete(run);
    this.leaveQueue(run);
    this.giveTurns();
  }

  /** A namespace's own limit; null takes it back. */
  limitNamespace(namespace: string, limit: number | null): void {
    if (limit === null) this.ownLimits.delete(namespace);
    else this.ownLimits.set(namespace, limit);
    this.giveTurns();
  }

  /** Who has just been seen is looked at anyway. */
  private giveTurns(justSeen?: string): void {
    while (this.isOpen && hasRoom(this.options.parallelism, this.running.size)) {
      const next = this.nextInLine();
      if (!next) return;
      this.leaveQueue(next.run);
      this.running.add(next.run);
      if (next.run !== justSeen) this.options.wake(next.run);
    }
  }

  private nextInLine(): RunRank | undefined {
    let best: RunRank | undefined;
    for (const [namespace, [first]] of this.waiting) {
      if (!first || (best && !ranksBefore(first, best))) continue;
      const limit = this.ownLimits.get(namespace) ?? this.options.namespaceParallelism;
      if (hasRoom(limit, limit ? this.runningIn(namespace) : 0)) best = first;
    }
    return best;
  }

  private runningIn(namespace: string): number {
    let count = 0;
    for (const run of this.running) if (namespaceOf(run) === namespace) count += 1;
    return count;
  }

  private queue(rank: RunRank): void {
    const namespace = namespaceOf(rank.run);
    const line = this.waiting.get(namespace) ?? [];
    this.waiting.set(namespace, line);
    const at = line.findIndex((other) => ranksBefore(rank, other));
    line.splice(at < 0 ? line.length : at, 0, rank);
  }

  private leaveQueue(run: string): void {
    const namespace = namespaceOf(run);
    const line = this.waiting.get(namespace)?.filter((rank) => rank.run !== run);
    if (line?.length) this.waiting.set(namespace, line);
    else this.waiting.delete(namespace);
  }
}

const hasRoom = (limit: number | undefined, running: number): boolean => !limit || running < limit;

const namespaceOf = (run: string): string => run.slice(0, run.indexOf('/'));
