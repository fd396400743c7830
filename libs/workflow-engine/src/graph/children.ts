import type { NodeStatus } from '@argosy/workflow-spec';
import type { NodeId } from '../model/ids.js';

export interface Nodes {
  node(id: NodeId): NodeStatus | undefined;
}

/** What is drawn below a node, as far as it is there. */
export const childrenOf = (nodes: Nodes, node: NodeStatus | undefined): NodeStatus[] =>
  (node?.children ?? []).flatMap((id) => nodes.node(id as NodeId) ?? []);
