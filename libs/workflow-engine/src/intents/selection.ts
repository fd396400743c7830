import type { NodeStatus, WorkflowSpec } from '@argosy/workflow-spec';
import type { IntentRefused } from '../model/intent.js';
import type { NodeId } from '../model/ids.js';
import type { RunState } from '../model/run-state.js';
import { parseNodeSelector } from './node-selector.js';
import { refused } from './refusals.js';

/** Members with value undefined are taken away. */
export function withSpec(state: RunState, change: Partial<WorkflowSpec>): RunState {
  const spec: WorkflowSpec = { ...state.workflow.spec, ...change };
  for (const key of Object.keys(change) as (keyof WorkflowSpec)[]) if (spec[key] === undefined) delete spec[key];
  return { ...state, workflow: { ...state.workflow, spec } };
}

export function withNodes(state: RunState, nodes: readonly NodeStatus[]): RunState {
  const next = state.nodes.withMutations((map) => {
    for (const node of nodes) map.set(node.id as NodeId, node);
  });
  return { ...state, nodes: next };
}

export const isSuspendedNode = (node: NodeStatus): boolean => node.type === 'Suspend' && node.phase === 'Running';

type Selected = { readonly ok: true; readonly nodes: readonly NodeStatus[] } | IntentRefused;

/** Suspended nodes that a selector selects; at least one, or it was a mistake. */
export function suspendedNodes(state: RunState, selector: string): Selected {
  const selected = selectedNodes(state, selector);
  if (!selected.ok) return selected;
  const nodes = selected.nodes.filter(isSuspendedNode);
  return nodes.length > 0
    ? { ok: true, nodes }
    : refused('nothing-selected', `no suspended node matches "${selector}"`);
}

export function selectedNodes(state: RunState, selector: string): Selected {
  const matches = parseNodeSelector(selector);
  if (typeof matches === 'string') return refused('bad-selector', matches);
  const nodes = [...state.nodes.values()].filter(matches).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ok: true, nodes };
}
