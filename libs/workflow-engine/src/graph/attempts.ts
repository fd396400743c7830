import type { NodeStatus } from '@argosy/workflow-spec';
import { childrenOf } from './children.js';
import type { Nodes } from './children.js';

/**
 * Whether a child of a retried call is one of its attempts; the other children are its hooks. Told by the name, because
 * runs that Argo began before version 3.5 have no flags.
 */
export const isAttemptOf = (retry: Pick<NodeStatus, 'name'>, child: NodeStatus): boolean =>
  child.name.startsWith(`${retry.name}(`);

/** Oldest first. */
export const attemptsOf = (nodes: Nodes, retry: NodeStatus | undefined): NodeStatus[] =>
  retry ? childrenOf(nodes, retry).filter((child) => isAttemptOf(retry, child)) : [];
