import type { NodeStatus } from '@argosy/workflow-spec';
import { nodeIdOf } from '../model/ids.js';
import type { NodeId } from '../model/ids.js';

/** A run, or the draft of one. */
interface Tree {
  readonly workflow: { readonly metadata: { readonly name?: string } };
  readonly nodes: { get(id: NodeId): NodeStatus | undefined };
}

/**
 * The nodes around a node, innermost first: retry, loop, step group, template, and so on to the root. Read from names
 * and boundaries, because the status tells succession and not containment.
 */
export function containersOf(state: Tree, node: NodeStatus): NodeStatus[] {
  const found: NodeStatus[] = [];
  const seen = new Set<string>([node.id]);
  for (let current: NodeStatus | undefined = node; current; current = nextOut(state, current, seen)) {
    if (current !== node) found.push(current);
    seen.add(current.id);
  }
  return found;
}

function nextOut(state: Tree, node: NodeStatus, seen: ReadonlySet<string>): NodeStatus | undefined {
  const named = (name: string): NodeStatus | undefined =>
    state.nodes.get(nodeIdOf(state.workflow.metadata.name ?? '', name));
  const boundary = node.boundaryID ? state.nodes.get(node.boundaryID as NodeId) : undefined;
  const candidates = [
    /\(\d+\)$/.test(node.name) ? named(node.name.replace(/\(\d+\)$/, '')) : undefined,
    named(node.name.replace(/\(\d+:[^()]*\)$/, '')),
    node.type === 'StepGroup' ? undefined : stepGroupOf(node, boundary, named),
    boundary,
  ];
  return candidates.find((candidate) => candidate !== undefined && !seen.has(candidate.id));
}

function stepGroupOf(
  node: NodeStatus,
  boundary: NodeStatus | undefined,
  named: (name: string) => NodeStatus | undefined,
): NodeStatus | undefined {
  if (!boundary || !node.name.startsWith(boundary.name)) return undefined;
  const [index] = /^\[\d+\]/.exec(node.name.slice(boundary.name.length)) ?? [];
  return index === undefined ? undefined : named(boundary.name + index);
}
