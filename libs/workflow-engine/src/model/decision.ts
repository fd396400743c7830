import type { NodePhase, NodeStatus, WorkflowSpec, WorkflowStatus } from '@argosy/workflow-spec';
import type { NodeKind } from './frame.js';
import type { NodeEvent } from './node-event.js';
import type { EngineCommand } from './command.js';
import type { ControllerRules } from './controller-rules.js';
import type { Instant } from './instant.js';
import type { MetricUpdate } from './metric-update.js';

/** Time and limits of one pass; the only way anything but state and world comes in. */
export interface Scope {
  readonly now: Instant;
  /** Most new nodes one pass may start; the rest waits for `wakeAt`. Default: no limit. */
  readonly maxNewNodes?: number;
  readonly rules?: ControllerRules;
  /** Told of every event that a node gets. For tests: nothing may depend on it. */
  readonly trace?: (step: TracedStep) => void;
}
export interface TracedStep {
  readonly kind: NodeKind;
  readonly phase: NodePhase | undefined;
  readonly event: NodeEvent;
  /** The event tells of the end of a hook of this node. */
  readonly isHook: boolean;
}

/** One thing that happened, told for people: becomes Kubernetes events, logs, metrics and link messages in the shell. */
export interface JournalEntry {
  readonly reason:
    | 'WorkflowRunning'
    | 'WorkflowSucceeded'
    | 'WorkflowFailed'
    | 'WorkflowTimedOut'
    | 'WorkflowRetried'
    | 'WorkflowNodeRunning'
    | 'WorkflowNodeSucceeded'
    | 'WorkflowNodeFailed'
    | 'WorkflowNodeError';
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly before: string | null;
  readonly after: string;
  readonly message: string;
}

/**
 * The part of the Workflow object that a pass changed; what the shell writes. Absent fields are unchanged, null ones are
 * to be removed. Applying it as a JSON merge patch to the object gives `project(state)`.
 */
export interface WorkflowPatch {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: Partial<{ [K in keyof WorkflowSpec]: WorkflowSpec[K] | null }>;
  readonly status?: WorkflowStatusPatch;
}
export type WorkflowStatusPatch = Partial<{ [K in keyof Omit<WorkflowStatus, 'nodes'>]: WorkflowStatus[K] | null }> & {
  readonly nodes?: Readonly<Record<string, NodeStatusPatch | null>>;
};
/** Only what changed of a node (all of it when it is new): the children of a wide loop are not sent with every tick. */
export type NodeStatusPatch = Partial<{ [K in keyof NodeStatus]: NodeStatus[K] | null }>;

export interface Decision<State> {
  readonly state: State;
  readonly commands: readonly EngineCommand[];
  /** When the run wants to be looked at again though nothing outside changed; null: only on a change. */
  readonly wakeAt: Instant | null;
  readonly journal: readonly JournalEntry[];
  /** What metrics of templates and of the workflow came about in this pass. */
  readonly metrics: readonly MetricUpdate[];
  /** null when the pass changed nothing: then nothing is written. */
  readonly patch: WorkflowPatch | null;
}
