import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { PodObservation } from '../model/observation.js';

const DEFAULT_MAX_RESTARTS = 3;

/**
 * What becomes of a node whose pod failed before it had begun, when such pods are made again: it waits once more. Null
 * when the end of the pod is the end of the node. Unlike a retry this is safe for any program: it has not run.
 */
export function restart(run: RunDraft, node: NodeStatus, pod: PodObservation): Partial<NodeStatus> | null {
  const { enabled = false, maxRestarts = DEFAULT_MAX_RESTARTS } = run.scope.rules?.failedPodRestart ?? {};
  const restarts = node.failedPodRestarts ?? 0;
  if (!enabled || !pod.neverStarted || restarts >= maxRestarts) return null;
  const { reason, message } = pod.neverStarted;
  return {
    phase: 'Pending',
    message: `Pod auto-restarting due to ${reason}${message && `: ${message}`}`,
    failedPodRestarts: restarts + 1,
    restartingPodUID: pod.uid,
  };
}

/** The pod failed before it had begun, and its node waits for another. */
export const isRestarting = (node: NodeStatus | undefined, pod: PodObservation): boolean =>
  node?.restartingPodUID !== undefined && node.restartingPodUID === pod.uid;
