import type { NodeStatus, Workflow, WorkflowStatus } from '@argosy/workflow-spec';
import { nodeIdOf } from '../model/ids.js';
import type { NodeId } from '../model/ids.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { IntentRefused } from '../model/intent.js';
import { isUnsuccessful } from '../model/phases.js';
import type { RunState } from '../model/run-state.js';
import { hydrate } from '../projections/workflow.js';
import { isEndedDaemon } from './ended-daemon.js';
import { overriddenArguments } from './parameter-overrides.js';
import { refused } from './refusals.js';
import { reopenedSpec } from './reopened-spec.js';

export interface ResubmitOptions {
  /** Takes over what succeeded instead of running it again; only of a run that failed. */
  readonly memoized?: boolean;
  /** `name=value` overrides of workflow arguments. */
  readonly parameters?: readonly string[];
  /** What the API server would append to `generateName`: five characters. Only a memoized workflow needs its name now. */
  readonly suffix: string;
  readonly now: Instant;
}
export type Resubmitted = { readonly ok: true; readonly workflow: Workflow } | IntentRefused;

const PREFIX = 'workflows.argoproj.io/';
/** Of the run that was, and of who had started it. */
const DROPPED_LABELS: ReadonlySet<string> = new Set(
  ['creator', 'creator-email', 'creator-preferred-username', 'phase', 'completed', 'workflow-archiving-status'].map(
    (name) => `${PREFIX}${name}`,
  ),
);
/** The API server cuts the prefix of a generated name to this. */
const LONGEST_PREFIX = 58;

/**
 * A new workflow that does again what another one did. Its status has to be whole, as for `hydrate`. Whoever submits it
 * adds the labels that tell who that was.
 */
export function resubmit(original: Workflow, options: ResubmitOptions): Resubmitted {
  const { phase } = original.status ?? {};
  if (options.memoized && phase !== 'Failed' && phase !== 'Error')
    return refused('not-finished', 'workflow must be Failed/Error to resubmit in memoized mode');
  const { name = '', generateName, namespace, labels = {}, annotations, ownerReferences } = original.metadata;
  const spec = overriddenArguments(reopenedSpec(original.spec), options.parameters ?? []);
  if ('ok' in spec) return spec;
  const prefix = generateName || `${name}-`;
  const kept = entriesOf(labels).filter(([key]) => !DROPPED_LABELS.has(key));
  const workflow: Workflow = {
    apiVersion: original.apiVersion,
    kind: original.kind,
    metadata: {
      generateName: prefix,
      ...(options.memoized && { name: `${prefix.slice(0, LONGEST_PREFIX)}${options.suffix}` }),
      ...(namespace !== undefined && { namespace }),
      labels: { ...Object.fromEntries(kept), [`${PREFIX}resubmitted-from-workflow`]: name },
      ...(annotations && { annotations: Object.fromEntries(entriesOf(annotations)) }),
      ...(ownerReferences && { ownerReferences }),
    },
    spec,
  };
  if (!options.memoized) return { ok: true, workflow };
  return { ok: true, workflow: { ...workflow, status: memoizedStatus(original, workflow, options.now) } };
}

/** Without what says which run of the control plane it is: the new one is another. */
const entriesOf = (map: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(map).filter(([key]) => !key.startsWith('argosy.io/'));

/** The nodes under their new names, as if the pods that succeeded had been skipped and nothing else had begun. */
function memoizedStatus(original: Workflow, workflow: Workflow, now: Instant): WorkflowStatus {
  const state = hydrate(original);
  const [oldName, newName] = [original.metadata.name ?? '', workflow.metadata.name ?? ''];
  const renamed = (name: string): string => (name.startsWith(oldName) ? newName + name.slice(oldName.length) : name);
  const kept = [...state.nodes.values()].filter((node) => isKept(state, node));
  const ids = new Map(kept.map((node) => [node.id, nodeIdOf(newName, renamed(node.name))]));
  const mapped = (old: readonly string[]): NodeId[] => old.flatMap((id) => ids.get(id) ?? []);
  const nodes: Record<string, NodeStatus> = {};
  for (const node of kept) {
    const id = ids.get(node.id) ?? node.id;
    nodes[id] = {
      ...memoizedNode(node, formatTime(now)),
      id,
      name: renamed(node.name),
      ...(node.name === oldName && { displayName: newName }),
      ...(node.boundaryID && { boundaryID: ids.get(node.boundaryID) ?? node.boundaryID }),
      ...(node.children && { children: mapped(node.children) }),
      ...(node.outboundNodes && { outboundNodes: mapped(node.outboundNodes) }),
    };
  }
  const { storedTemplates } = original.status ?? {};
  return {
    phase: '',
    conditions: [{ type: 'Completed', status: 'False' }],
    ...(storedTemplates && { storedTemplates }),
    nodes,
  };
}

function isKept(state: RunState, node: NodeStatus): boolean {
  if (node.name.startsWith(`${state.workflow.metadata.name ?? ''}.onExit`)) return false;
  return node.type !== 'Skipped' || hasSucceededBehind(state, node);
}

function hasSucceededBehind(state: RunState, node: NodeStatus): boolean {
  const seen = new Set<string>();
  const pending = [...(node.children ?? [])];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const next = state.nodes.get(id as NodeId);
    if (!next || seen.has(id)) continue;
    if (next.phase === 'Succeeded') return true;
    seen.add(id);
    pending.push(...(next.children ?? []));
  }
  return false;
}

function memoizedNode(node: NodeStatus, now: string): NodeStatus {
  const { message: _message, progress: _progress, resourcesDuration: _used, startedAt: _start, ...rest } = node;
  const { finishedAt: _end, podIP: _ip, ...fresh } = rest;
  const times = { startedAt: now, finishedAt: now };
  if (node.type !== 'Pod') return { ...fresh, ...times, phase: 'Pending' };
  if (isUnsuccessful(node.phase) || isEndedDaemon(node)) return { ...fresh, phase: 'Pending' };
  return { ...fresh, ...times, type: 'Skipped', phase: 'Skipped', message: `original pod: ${node.id}` };
}
