import type { NodeStatus } from '@argosy/workflow-spec';
import { parseTime } from '../model/instant.js';
import type { PodObservation } from '../model/observation.js';

/**
 * A pod that has the node's name and yet is not the node's: another node's, or one that ended before the node began,
 * left from before a manual retry. It has to go before the node's own pod can come.
 */
export function isLeftover(node: NodeStatus | undefined, pod: PodObservation): boolean {
  const startedAt = parseTime(node?.startedAt);
  return pod.nodeId !== node?.id || (startedAt !== null && pod.finishedAt !== null && pod.finishedAt < startedAt);
}
