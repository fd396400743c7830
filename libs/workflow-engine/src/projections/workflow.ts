import { Map as PersistentMap } from 'immutable';
import type { NodeStatus, Workflow, WorkflowStatus } from '@argosy/workflow-spec';
import type { NodeId } from '../model/ids.js';
import type { RunState } from '../model/run-state.js';

/**
 * The state of a run from its Workflow object: new, half way, finished, or started by Argo's own controller. The status
 * must be whole: compressed or offloaded nodes have to be put in place first. What has no name is no node: Argo leaves such
 * behind when it learns of the outputs of a node that it no longer knows.
 */
export function hydrate(workflow: Workflow): RunState {
  const { status = {}, ...rest } = workflow;
  const { nodes, ...others } = status;
  const named = (Object.entries(nodes ?? {}) as [NodeId, NodeStatus][]).filter(([, { name }]) => name);
  return {
    workflow: rest,
    status: others,
    nodes: PersistentMap<NodeId, NodeStatus>(named),
    index: null,
  };
}

/** The Argo-shaped status; with the object's metadata and spec it is all there is to know. Inverse of `hydrate`. */
export function project(state: RunState): WorkflowStatus {
  if (state.nodes.size === 0) return { ...state.status };
  return { ...state.status, nodes: Object.fromEntries(state.nodes) };
}

/** The whole Workflow object. */
export function projectWorkflow(state: RunState): Workflow {
  return { ...state.workflow, status: project(state) };
}
