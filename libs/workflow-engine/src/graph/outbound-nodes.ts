import type { NodeId } from '../model/ids.js';
import { attemptsOf } from './attempts.js';
import { childrenOf } from './children.js';
import type { Nodes } from './children.js';

/** The last nodes of a call: what comes after it in the graph is drawn as their child. */
export function outboundNodes(nodes: Nodes, id: NodeId): readonly NodeId[] {
  const node = nodes.node(id);
  if (!node) return [];
  // What a cache remembers has nothing in it.
  if (node.memoizationStatus?.hit) return [id];
  switch (node.type) {
    case 'Skipped':
    case 'Suspend':
    case 'HTTP':
    case 'Plugin':
      return [id];
    case 'Pod':
    case 'Container': {
      // Of a container set its last containers; what follows outside of the pod does not belong to it.
      const pod = node.type === 'Pod' ? node.id : node.boundaryID;
      const inside = childrenOf(nodes, node).filter((child) => child.type === 'Container' && child.boundaryID === pod);
      if (inside.length === 0) return [id];
      return [...new Set(inside.flatMap((child) => outboundNodes(nodes, child.id as NodeId)))];
    }
    case 'TaskGroup': {
      // A loop without items has children too once something follows it; those are no items.
      const items = childrenOf(nodes, node).filter((child) => child.name.startsWith(`${node.name}(`));
      return items.length === 0 ? [id] : items.flatMap((child) => outboundNodes(nodes, child.id as NodeId));
    }
    case 'Retry': {
      const last = attemptsOf(nodes, node).at(-1);
      return last ? [last.id as NodeId] : [];
    }
    case 'Steps':
    case 'DAG':
    case 'StepGroup':
      return (node.outboundNodes ?? []).flatMap((outbound) => outboundNodes(nodes, outbound as NodeId));
  }
}
