import { isFinalWorkflowPhase, placeInLine, rankOf, ranksBefore } from '@argosy/workflow-engine';
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
  private readonly runningIn = new Map<string, number>();
  /** By namespace, in the order of their turns. */
  private readonly waiting = new Map<string, RunRank[]>();
  private readonly ranks = new Map<string, RunRank>();
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
    if (phase === 'Running') this.admit(run);
    else this.queue(rankOf(workflow));
    this.giveTurns(run);
  }

  gone(run: string): void {
    if (this.running.delete(run)) this.count(run, -1);
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
      this.admit(next.run);
      if (next.run !== justSeen) this.options.wake(next.run);
    }
  }

  private nextInLine(): RunRank | undefined {
    let best: RunRank | undefined;
    for (const [namespace, [first]] of this.waiting) {
      if (!first || (best && !ranksBefore(first, best))) continue;
      const limit = this.ownLimits.get(namespace) ?? this.options.namespaceParallelism;
      if (hasRoom(limit, this.runningIn.get(namespace) ?? 0)) best = first;
    }
    return best;
  }

  private admit(run: string): void {
    this.running.add(run);
    this.count(run, 1);
  }

  private count(run: string, by: 1 | -1): void {
    const namespace = namespaceOf(run);
    const running = (this.runningIn.get(namespace) ?? 0) + by;
    if (running === 0) this.runningIn.delete(namespace);
    else this.runningIn.set(namespace, running);
  }

  private queue(rank: RunRank): void {
    const namespace = namespaceOf(rank.run);
    const line = this.waiting.get(namespace) ?? [];
    this.waiting.set(namespace, line);
    this.ranks.set(rank.run, rank);
    line.splice(placeInLine(line, rank), 0, rank);
  }

  private leaveQueue(run: string): void {
    const rank = this.ranks.get(run);
    const line = this.waiting.get(namespaceOf(run));
    if (!rank || !line) return;
    this.ranks.delete(run);
    line.splice(placeInLine(line, rank), 1);
    if (line.length === 0) this.waiting.delete(namespaceOf(run));
  }
}

const hasRoom = (limit: number | undefined, running: number): boolean => !limit || running < limit;

const namespaceOf = (run: string): string => run.slice(0, run.indexOf('/'));
