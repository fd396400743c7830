import type { NodeStatus } from '@argosy/workflow-spec';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';

/** A daemon that was ended with what was around it: only daemons have their address on record. */
export const isEndedDaemon = (node: NodeStatus): boolean =>
  node.type === 'Pod' && node.podIP !== undefined && node.phase === 'Succeeded';

/** The node as if it had been made just now. What follows it keeps its place in the graph. */
export function asNew(node: NodeStatus, now: Instant): NodeStatus {
  const {
    podIP: _ip,
    finishedAt: _end,
    message: _message,
    outputs: _outputs,
    resourcesDuration: _used,
    ...rest
  } = node;
  return { ...rest, phase: 'Pending', startedAt: formatTime(now), ...(node.progress && { progress: '0/1' }) };
}
