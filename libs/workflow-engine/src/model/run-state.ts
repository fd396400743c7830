import type { Map as PersistentMap } from 'immutable';
import type { NodeStatus, Workflow, WorkflowStatus } from '@argosy/workflow-spec';
import type { Frame } from './frame.js';
import type { NodeId } from './ids.js';
import type { TimerHeap } from './timer-heap.js';

/**
 * One run, as a value: a pass makes a new one and leaves the old one valid, so a write conflict costs nothing.
 * Everything known is in `workflow`, `status` and `nodes`, which together are the Workflow object. `index` only makes
 * passes cheap; without it the next pass walks the tree from the root and builds it again.
 */
export interface RunState {
  readonly workflow: Omit<Workflow, 'status'>;
  readonly status: Omit<WorkflowStatus, 'nodes'>;
  readonly nodes: PersistentMap<NodeId, NodeStatus>;
  readonly index: RunIndex | null;
}

export interface RunIndex {
  /** What is still being driven, by node. */
  readonly frames: PersistentMap<NodeId, Frame>;
  /** Open pod nodes by pod name. */
  readonly pods: PersistentMap<string, NodeId>;
  readonly timers: TimerHeap | null;
  /** Frames with calls that a limit holds back, in tree order. */
  readonly held: readonly NodeId[];
  /** Calls that wait, by the locks they want, in tree order. */
  readonly awaited: PersistentMap<string, readonly NodeId[]>;
  /** What was last told of the awaited locks: only a change is worth a look at all who wait. */
  readonly lockNews: string;
  /** Calls whose outputs a cache has yet to take. */
  readonly storing: readonly NodeId[];
  /** Pod nodes Pending or Running, daemons that are up left out: what `spec.parallelism` counts. */
  readonly activePods: number;
  readonly runningPods: number;
  /** Open Pod, Steps and DAG nodes by boundary: what a template's `parallelism` counts. */
  readonly activeChildren: PersistentMap<NodeId, number>;
  /** Failed children by boundary: what a template's `failFast` looks at. */
  readonly failedChildren: PersistentMap<NodeId, number>;
  /** Daemons that are up, by boundary. */
  readonly daemons: PersistentMap<NodeId, number>;
}
