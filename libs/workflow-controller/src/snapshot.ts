import type { JournalEntry } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow, WorkflowStatus } from '@argosy/workflow-spec';

/** What a pass made of a run, for whoever keeps its history. */
export interface RunSnapshot {
  /** Metadata and spec as last written. */
  readonly workflow: Omit<Workflow, 'status'>;
  /** The status without its nodes. */
  readonly status: Omit<WorkflowStatus, 'nodes'>;
  /** Nodes that the pass changed, whole; all of them when `full`. */
  readonly nodes: readonly NodeStatus[];
  readonly nodeCount: number;
  readonly full: boolean;
  readonly journal: readonly JournalEntry[];
}
