import type { NodeStatus } from '@argosy/workflow-spec';
import type { TaskCondition } from '@argosy/expressions';
import { childrenOf } from './children.js';
import type { Nodes } from './children.js';

/** Whether a task ended the way a `depends` condition asks for. */
export function taskResultHolds(nodes: Nodes, node: NodeStatus | undefined, condition: TaskCondition): boolean {
  if (!node) return false;
  switch (condition) {
    case 'Succeeded':
      return node.phase === 'Succeeded';
    case 'Failed':
      return node.phase === 'Failed';
    case 'Errored':
      return node.phase === 'Error';
    case 'Skipped':
      return node.phase === 'Skipped';
    case 'Omitted':
      return node.phase === 'Omitted';
    case 'Daemoned':
      return node.daemoned === true && node.phase !== 'Pending';
    case 'AnySucceeded':
      return items(nodes, node).some((item) => item.phase === 'Succeeded');
    case 'AllFailed': {
      const all = items(nodes, node);
      return all.length > 0 && all.every((item) => item.phase === 'Failed');
    }
  }
}

/** Only a loop has items; other tasks answer no. */
function items(nodes: Nodes, node: NodeStatus): NodeStatus[] {
  if (node.type !== 'TaskGroup') return [];
  return childrenOf(nodes, node).filter((child) => !child.nodeFlag?.hooked);
}
