import type { Clock } from '@argosy/kube';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { RetentionPolicy } from './retention.js';
import { beyondRetention } from './retention.js';
import { expiryOf } from './time-to-live.js';

export interface RetirementOptions {
  readonly clock: Clock;
  readonly retentionPolicy?: RetentionPolicy | undefined;
  /** All workflows that are known. */
  readonly workflows: () => readonly Workflow[];
  readonly lookAt: (workflow: Workflow) => void;
}

/** Runs end in bursts; which of them are too many is asked once for all. */
const SWEEP_AFTER_MS = 1_000;

/** Which ended workflows have to go, and when. That it happens only once nobody needs them is for who deletes them. */
export class Retirement {
  /** By uid. Lost with the process: whoever retired them comes to the same conclusion again. */
  private readonly retired = new Set<string>();
  private cancelSweep: (() => void) | undefined;

  constructor(private readonly options: RetirementOptions) {}

  /** It may go though its own time has not come. */
  retire(uid: string): void {
    this.retired.add(uid);
  }

  /** In milliseconds since the epoch; null when it may stay. */
  expiryOf(workflow: Workflow): number | null {
    const isRetired = this.retired.has(workflow.metadata.uid ?? '');
    return isRetired && isFinalWorkflowPhase(workflow.status?.phase) ? 0 : expiryOf(workflow);
  }

  /** A workflow that has ended may be one too many. */
  seen({ status }: Workflow): void {
    const { retentionPolicy, clock } = this.options;
    if (!retentionPolicy || this.cancelSweep || !isFinalWorkflowPhase(status?.phase)) return;
    this.cancelSweep = clock.after(SWEEP_AFTER_MS, () => {
      this.cancelSweep = undefined;
      this.sweep(retentionPolicy);
    });
  }

  forget(uid: string): void {
    this.retired.delete(uid);
  }

  stop(): void {
    this.cancelSweep?.();
  }

  private sweep(policy: RetentionPolicy): void {
    for (const workflow of beyondRetention(this.options.workflows(), policy)) {
      this.retire(workflow.metadata.uid ?? '');
      this.options.lookAt(workflow);
    }
  }
}
