import type { NodePhase, NodeStatus, WorkflowPhase } from '@argosy/workflow-spec';

/** Nothing more happens to the node itself. */
export const isFulfilled = (phase: NodePhase | undefined): boolean =>
  phase !== undefined && phase !== 'Pending' && phase !== 'Running';

/** Fulfilled by having run: what exit hooks wait for. */
export const isCompleted = (phase: NodePhase | undefined): boolean =>
  phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';

export const isUnsuccessful = (phase: NodePhase | undefined): boolean => phase === 'Failed' || phase === 'Error';

/**
 * The call itself broke: it could not be made, or its outputs could not be told. Argo reports that to whoever made the
 * call as an error and not as the end of work; groups end in Error because of work without saying anything themselves.
 */
export const isBroken = (node: NodeStatus): boolean =>
  node.phase === 'Error' &&
  (node.type === 'Skipped' || ((node.type === 'Steps' || node.type === 'DAG') && Boolean(node.message)));

export const isOpen = (node: NodeStatus): boolean => !isFulfilled(node.phase);

export const isFinalWorkflowPhase = (phase: WorkflowPhase | undefined): boolean =>
  phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';

/**
 * A fulfilled node never changes its phase again within a run; only a manual retry takes nodes away or reopens them. A
 * running one waits again when its pod ran without the step's program and is made anew.
 */
export const LEGAL_NODE_TRANSITIONS: Readonly<Record<NodePhase, readonly NodePhase[]>> = {
  Pending: ['Running', 'Succeeded', 'Failed', 'Error', 'Skipped'],
  Running: ['Pending', 'Succeeded', 'Failed', 'Error', 'Skipped'],
  Succeeded: [],
  Skipped: [],
  Omitted: [],
  Failed: [],
  Error: [],
};
