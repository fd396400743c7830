import type { Clock } from '@argosy/kube';
import type { AgentFact, Digests, RunDelta } from '@argosy/link-protocol';
import { FactBuffer, isFinalPhase, RunDigest } from '@argosy/link-protocol';
import type { RunSnapshot } from '@argosy/workflow-controller';
import type { Workflow } from '@argosy/workflow-spec';
import type { Outbox } from '../outbox/outbox.js';
import { deletedFact, deltaOf, eventsOf } from './run-facts.js';

/** Above this, states of runs wait in memory, where the newest takes the place of the one before. */
const CONGESTED_BYTES = 32 * 1024 * 1024;
const RUN_MARK = 'run/';

/** What is kept on disk of a run that the control plane has been told of. */
interface RunMark {
  readonly runId?: string;
  /** Of the final state that is in the outbox or stored; so that a restart need not tell finished runs again. */
  readonly told?: string;
}

export interface RunPublisherOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** Turns what the controller makes of runs into facts, in the order in which it happened, each at most as often as needed. */
export class RunPublisher {
  private readonly buffer = new FactBuffer();
  private readonly digests = new Map<string, { digest: RunDigest; phase: string }>();
  private readonly waiters = new Map<string, (() => void)[]>();

  constructor(private readonly options: RunPublisherOptions) {}

  /** Resolves when the snapshot is on disk, or may be superseded by a later one. */
  async record(snapshot: RunSnapshot): Promise<void> {
    const { outbox, clock } = this.options;
    const nowMs = clock.now();
    const delta = deltaOf(snapshot, nowMs);
    const digest = this.digest(delta);
    const mark = this.mark(delta.uid);
    const events = eventsOf(snapshot, nowMs);
    if (delta.full && events.length === 0 && mark?.told === digest) return;
    const facts = [delta, ...events].flatMap((fact) => this.buffer.offer(fact, this.isCongested));
    if (facts.length === 0) return;
    const told = isFinalPhase(delta.phase) ? digest : undefined;
    const changed = !mark || mark.told !== told;
    const next: RunMark = {
      ...(delta.runId !== undefined && { runId: delta.runId }),
      ...(told !== undefined && { told }),
    };
    await outbox.appendOrQueue(facts, changed ? { [RUN_MARK + delta.uid]: next } : {});
    this.tell(delta.uid);
  }

  /** Sends a run whole, whatever has been told. */
  async repeat(snapshot: RunSnapshot): Promise<void> {
    const delta = deltaOf(snapshot, this.options.clock.now());
    this.digest(delta);
    await this.write(this.buffer.offer(delta, false));
  }

  async deleted(workflow: Pick<Workflow, 'metadata'>): Promise<void> {
    await this.forget(workflow.metadata.uid ?? '');
  }

  /** Called when all present workflows are known: those that went while nobody looked are told now. */
  async closeLost(present: readonly Workflow[]): Promise<void> {
    const uids = new Set(present.map(({ metadata }) => metadata.uid));
    for (const key of [...this.options.outbox.marks.keys()]) {
      const uid = key.startsWith(RUN_MARK) ? key.slice(RUN_MARK.length) : undefined;
      if (uid !== undefined && !uids.has(uid)) await this.forget(uid);
    }
  }

  /** Resolves when the control plane has been told of the run, or will be by a fact that is before any that comes later. */
  announced(uid: string): Promise<void> {
    if (this.mark(uid)) return Promise.resolve();
    return new Promise((resolve) => this.waiters.set(uid, [...(this.waiters.get(uid) ?? []), resolve]));
  }

  /** Every run that is known, for comparison. */
  knownRuns(): Digests['runs'] {
    return [...this.digests].map(([uid, { digest, phase }]) => ({ uid, digest: digest.toString(phase) }));
  }

  /** States that waited while the outbox was long. Called when it is shorter. */
  async release(): Promise<void> {
    if (this.buffer.size > 0 && !this.isCongested) await this.write(this.buffer.release());
  }

  /** Nothing may wait in memory any more. */
  async flush(): Promise<void> {
    await this.write(this.buffer.release());
  }

  private async forget(uid: string): Promise<void> {
    const mark = this.mark(uid);
    this.digests.delete(uid);
    this.waiters.delete(uid);
    if (!mark) return;
    const fact = deletedFact({ uid, ...(mark.runId !== undefined && { runId: mark.runId }) }, this.options.clock.now());
    await this.options.outbox.append(this.buffer.offer(fact, false), { [RUN_MARK + uid]: null });
  }

  private get isCongested(): boolean {
    const { outbox } = this.options;
    return outbox.bytes > CONGESTED_BYTES || outbox.stalled !== undefined;
  }

  private write(facts: readonly AgentFact[]): Promise<void> {
    return facts.length > 0 ? this.options.outbox.append(facts) : Promise.resolve();
  }

  private mark(uid: string): RunMark | undefined {
    return this.options.outbox.marks.get(RUN_MARK + uid) as RunMark | undefined;
  }

  private digest({ uid, phase, full, nodes }: RunDelta): string {
    const digest = (full ? undefined : this.digests.get(uid)?.digest) ?? new RunDigest();
    for (const node of nodes) digest.set(node);
    this.digests.set(uid, { digest, phase });
    return digest.toString(phase);
  }

  private tell(uid: string): void {
    for (const resolve of this.waiters.get(uid) ?? []) resolve();
    this.waiters.delete(uid);
  }
}
