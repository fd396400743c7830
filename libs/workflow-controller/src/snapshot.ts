import type { JournalEntry, NodeId, RunState } from '@argosy/workflow-engine';
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

/** `changed`: the nodes to tell; null for all of them. */
export function snapshotOf(
  { workflow, status, nodes }: RunState,
  changed: ReadonlySet<NodeId> | null,
  journal: readonly JournalEntry[],
): RunSnapshot {
  const told = changed === null ? [...nodes.values()] : [...changed].flatMap((id) => nodes.get(id) ?? []);
  return { workflow, status, nodes: told, nodeCount: nodes.size, full: changed === null, journal };
}
