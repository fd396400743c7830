import type { NodeStatus } from '@argosy/workflow-spec';
import { parseTime } from '../model/instant.js';
import type { PodObservation } from '../model/observation.js';
import { isRestarting } from './pod-restart.policy.js';

/**
 * A pod that has the node's name and yet is not the node's: another node's, one that ended before the node began, left
 * from before a manual retry, or one that failed to begin. It has to go before the node's own pod can come.
 */
export function isLeftover(node: NodeStatus | undefined, pod: PodObservation): boolean {
  const startedAt = parseTime(node?.startedAt);
  const isOlder = startedAt !== null && pod.finishedAt !== null && pod.finishedAt < startedAt;
  return pod.nodeId !== node?.id || isOlder || isRestarting(node, pod);
}
