import type { WorkflowSpec, WorkflowStatus } from '@argosy/workflow-spec';
import type { NodeStatusPatch, WorkflowPatch, WorkflowStatusPatch } from '../model/decision.js';
import type { NodeId } from '../model/ids.js';
import type { RunState } from '../model/run-state.js';

/**
 * What turns one version of the Workflow object into the next, as a JSON merge patch.
 * @param changed nodes that may differ; others are not looked at
 * @returns null when nothing differs
 */
export function patchBetween(before: RunState, after: RunState, changed: Iterable<NodeId>): WorkflowPatch | null {
  const nodes = changedNodes(before, after, changed);
  const rest = changedKeys<Omit<WorkflowStatus, 'nodes'>>(before.status, after.status);
  const labels = changedEntries(before.workflow.metadata.labels, after.workflow.metadata.labels);
  const annotations = changedEntries(before.workflow.metadata.annotations, after.workflow.metadata.annotations);
  const spec =
    before.workflow.spec === after.workflow.spec
      ? null
      : changedKeys<WorkflowSpec>(before.workflow.spec, after.workflow.spec);
  const status: WorkflowStatusPatch | null = nodes || rest ? { ...rest, ...(nodes && { nodes }) } : null;
  if (!status && !labels && !annotations && !spec) return null;
  return {
    ...((labels || annotations) && { metadata: { ...(labels && { labels }), ...(annotations && { annotations }) } }),
    ...(spec && { spec }),
    ...(status && { status }),
  };
}

function changedNodes(
  before: RunState,
  after: RunState,
  changed: Iterable<NodeId>,
): Record<string, NodeStatusPatch | null> | null {
  const nodes: Record<string, NodeStatusPatch | null> = {};
  for (const id of changed) {
    const old = before.nodes.get(id);
    const now = after.nodes.get(id);
    if (old === now) continue;
    const patch = now ? mergePatch(old, now) : null;
    if (patch !== undefined) nodes[id] = patch;
  }
  return Object.keys(nodes).length > 0 ? nodes : null;
}

type Entries = Readonly<Record<string, string | null>>;
const changedEntries = (before: Entries = {}, after: Entries = {}): Entries | null => changedMembers(before, after);

type Changes<T> = Partial<{ [K in keyof T]: T[K] | null }>;

const changedKeys = <T extends object>(before: T, after: T): Changes<T> | null => changedMembers(before, after);

/** The type of the difference follows from the type of what differs; the caller names it. */
function changedMembers<P extends object>(before: object, after: object): P | null {
  const patch = mergePatch(before, after);
  return patch === undefined ? null : (patch as P);
}

/** RFC 7396: objects member by member, everything else as a whole. @returns undefined when nothing differs */
function mergePatch(before: unknown, after: unknown): unknown {
  if (before === after) return undefined;
  if (!isObject(before) || !isObject(after)) return isEqual(before, after) ? undefined : after;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (after[key] === undefined && before[key] !== undefined) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const change = value === undefined ? undefined : mergePatch(before[key], value);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b));
}
