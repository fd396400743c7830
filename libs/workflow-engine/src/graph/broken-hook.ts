import type { NodeStatus } from '@argosy/workflow-spec';
import { isBroken } from '../model/phases.js';
import { childrenOf } from './children.js';
import type { Nodes } from './children.js';

/**
 * A hook of a call that could not be made: its expression or its arguments cannot be told, or its template is not there.
 * That is an error of whoever wrote the call, and breaks the steps or DAG that make it; a hook that ran and failed does not.
 */
export function brokenHook(nodes: Nodes, owner: NodeStatus | undefined): NodeStatus | undefined {
  return childrenOf(nodes, owner).find((child) => child.nodeFlag?.hooked === true && isBroken(child));
}
