import type { Instant } from '@argosy/workflow-engine';
import type { CronWorkflow, CronWorkflowStatus, Workflow } from '@argosy/workflow-spec';

export type Child = Pick<Workflow, 'metadata' | 'status'> & { readonly spec: Pick<Workflow['spec'], 'shutdown'> };

/** What is outside, as a snapshot. */
export interface CronWorld {
  /** Every Workflow that the CronWorkflow owns. */
  readonly children: readonly Child[];
  /** Why the API refused to create a child, by the child's name. */
  readonly refusals: ReadonlyMap<string, string>;
  /** What is wrong with the CronWorkflow, besides its schedules; undefined when nothing is. */
  readonly specProblem?: string;
}

export interface CronScope {
  readonly now: Instant;
  /**
   * Up to when this watcher has decided: the time of the pass before, or when it began to watch. A time after it is on
   * time, however late the pass; an earlier one was missed.
   */
  readonly since: Instant;
}

/** Commands are derived from state and world on every pass, as those of the engine are. */
export interface StartWorkflow {
  readonly type: 'StartWorkflow';
  readonly name: string;
  readonly workflow: Workflow;
}
export interface TerminateWorkflow {
  readonly type: 'TerminateWorkflow';
  readonly name: string;
  readonly uid: string;
}
export interface DeleteWorkflow {
  readonly type: 'DeleteWorkflow';
  readonly name: string;
  readonly uid: string;
}
/** In this order they are carried out; one that fails holds back what comes after it. */
export type CronCommand = TerminateWorkflow | StartWorkflow | DeleteWorkflow;
export type CronCommandType = CronCommand['type'];

export type ActiveReference = NonNullable<CronWorkflowStatus['active']>[number];
type Nullable<T> = { readonly [K in keyof T]?: T[K] | null };

/** A JSON merge patch; null members are to be removed. */
export interface CronPatch {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly status?: Nullable<CronWorkflowStatus>;
}

/** Told for people. */
export interface CronJournalEntry {
  readonly reason: 'Started' | 'NotStarted' | 'Missed' | 'Refused' | 'Invalid' | 'Stopped' | 'Rescheduled';
  readonly message: string;
}

export interface CronDecision {
  /** The CronWorkflow as it is once the patch is written. */
  readonly state: CronWorkflow;
  /** null when nothing changed: then nothing is written. */
  readonly patch: CronPatch | null;
  readonly commands: readonly CronCommand[];
  /** When it has to be looked at again though nothing changed; null: never. */
  readonly wakeAt: Instant | null;
  readonly journal: readonly CronJournalEntry[];
}
