import type { Map as PersistentMap } from 'immutable';
import type { NodeStatus } from '@argosy/workflow-spec';
import { attemptsOf, isAttemptOf } from '../graph/attempts.js';
import type { Nodes } from '../graph/children.js';
import type { NodeId } from '../model/ids.js';
import { isUnsuccessful } from '../model/phases.js';
import type { Instant } from '../model/instant.js';
import type { RunState } from '../model/run-state.js';
import { hasOwnProgress } from '../policies/progress.policy.js';
import { containersOf } from '../projections/containers.js';
import { asNew, isEndedDaemon } from './ended-daemon.js';

export interface Rewind {
  readonly nodes: PersistentMap<NodeId, NodeStatus>;
  readonly removed: readonly NodeStatus[];
  readonly progress: string;
  readonly resourcesDuration: Record<string, number>;
}

const GROUPS: ReadonlySet<string> = new Set(['Steps', 'DAG', 'StepGroup', 'TaskGroup', 'Retry']);
const isGroup = (node: NodeStatus): boolean => GROUPS.has(node.type);

export interface RewindOptions {
  /** Nodes to run again although they succeeded. */
  readonly chosen: readonly NodeStatus[];
  /** Loops that run again may have other items then. */
  readonly argumentsChanged: boolean;
  readonly now: Instant;
}

/**
 * What a manual retry leaves: failed work goes, with everything that followed from it; work that succeeded behind a
 * failure (which then was allowed to fail) keeps that failure; the run's exit handler goes; what encloses any of it runs again,
 * and so do daemons that what runs again may use.
 */
export function planRewind(state: RunState, options: RewindOptions): Rewind {
  const removed = removedNodes(state, options);
  const restarted = restartedDaemons(state, removed);
  const reopened = reopenedGroups(state, removed, restarted);
  const nodes = state.nodes.withMutations((map) => {
    for (const id of removed) map.delete(id);
    for (const [id, node] of state.nodes) {
      if (removed.has(id)) continue;
      const next = kept(node, removed, reopened.has(id));
      if (restarted.has(id)) map.set(id, asNew(next, options.now));
      else if (next !== node) map.set(id, next);
    }
  });
  const gone = [...removed, ...restarted];
  return { ...recounted(state, nodes), removed: gone.flatMap((id) => state.nodes.get(id) ?? []) };
}

function removedNodes(state: RunState, { chosen, argumentsChanged }: RewindOptions): Set<NodeId> {
  const removed = new Set<NodeId>();
  const exitHandler = `${state.workflow.metadata.name ?? ''}.onExit`;
  for (const node of state.nodes.values()) {
    if (node.name === exitHandler) removeWithin(state, node, removed);
    else if (!isGroup(node) && isUnsuccessful(node.phase) && !isForgiven(state, node))
      removeFollowing(state, node, removed);
  }
  for (const node of chosen) {
    if (isGroup(node)) removeWithin(state, node, removed);
    removeFollowing(state, node, removed);
  }
  removeFailedAttempts(state, removed);
  if (argumentsChanged) removeLoops(state, removed);
  return removed;
}

/** All items of loops of which one runs again: an item that is no longer in the list must not count with the others. */
function removeLoops(state: RunState, removed: Set<NodeId>): void {
  const loops = new Set<string>();
  for (const id of removed) {
    const node = state.nodes.get(id);
    for (const around of node ? [node, ...containersOf(state, node)] : []) {
      const loop = loopOf(around);
      if (loop !== undefined) loops.add(loop);
    }
  }
  for (const node of state.nodes.values()) {
    const loop = loopOf(node);
    if (loop === undefined || !loops.has(loop)) continue;
    removeWithin(state, node, removed);
    removeFollowing(state, node, removed);
  }
}

/** Name of the loop that a node is an item of. */
const loopOf = (node: NodeStatus): string | undefined => /^(.*)\(\d+:[^()]*\)$/.exec(node.name)?.[1];

/** A failure that something succeeded behind, that a later attempt replaced, or of a hook, which never counted. */
function isForgiven(state: RunState, node: NodeStatus): boolean {
  if (isReplaced(state, node) || [node, ...containersOf(state, node)].some(isHook)) return true;
  return following(state, node).some(
    (later) => !isGroup(later) && later.phase === 'Succeeded' && !later.nodeFlag?.hooked,
  );
}

const isHook = (node: NodeStatus): boolean => node.nodeFlag?.hooked === true;

/** In an attempt that was not the last: history, whatever became of the retried call. */
function isReplaced(state: RunState, node: NodeStatus): boolean {
  const around = [node, ...containersOf(state, node)];
  return around.some((attempt, i) => {
    const retry = around[i + 1];
    return (
      retry?.type === 'Retry' &&
      isAttemptOf(retry, attempt) &&
      attemptsOf(nodesOf(state), retry).at(-1)?.id !== attempt.id
    );
  });
}

/** Everything behind a node in the graph, nearest first. */
function following(state: RunState, node: NodeStatus): NodeStatus[] {
  const seen = new Set<string>([node.id]);
  const found: NodeStatus[] = [];
  const pending = [...(node.children ?? [])];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const next = state.nodes.get(id as NodeId);
    if (!next || seen.has(id)) continue;
    seen.add(id);
    found.push(next);
    pending.push(...(next.children ?? []));
  }
  return found;
}

function removeFollowing(state: RunState, node: NodeStatus, removed: Set<NodeId>): void {
  removed.add(node.id as NodeId);
  for (const later of following(state, node)) removed.add(later.id as NodeId);
}

function removeWithin(state: RunState, node: NodeStatus, removed: Set<NodeId>): void {
  for (const other of state.nodes.values()) {
    if (
      other.name === node.name ||
      (/^[.[(]/.test(other.name.slice(node.name.length)) && other.name.startsWith(node.name))
    ) {
      removed.add(other.id as NodeId);
    }
  }
}

/** A retried call that failed starts over with its first attempt. */
function removeFailedAttempts(state: RunState, removed: Set<NodeId>): void {
  for (const node of state.nodes.values()) {
    if (node.type !== 'Retry' || !node.children?.some((child) => removed.has(child as NodeId))) continue;
    for (const attempt of attemptsOf(nodesOf(state), node)) removeWithin(state, attempt, removed);
  }
}

const nodesOf = ({ nodes }: RunState): Nodes => ({ node: (id) => nodes.get(id) });

/** Daemons before what runs again within the same steps or DAG, with the containers of their pods. */
function restartedDaemons(state: RunState, removed: ReadonlySet<NodeId>): Set<NodeId> {
  const restarted = new Set<NodeId>();
  for (const node of state.nodes.values()) {
    if (!isEndedDaemon(node) || removed.has(node.id as NodeId) || isReplaced(state, node)) continue;
    const behind = following(state, node);
    const isInReach = (other: NodeStatus): boolean =>
      removed.has(other.id as NodeId) && containersOf(state, other).some(({ id }) => id === node.boundaryID);
    if (!behind.some(isInReach)) continue;
    restarted.add(node.id as NodeId);
    for (const { id, boundaryID } of behind) if (boundaryID === node.id) restarted.add(id as NodeId);
  }
  return restarted;
}

/** Groups around removed nodes, and groups that failed of themselves (a broken loop, an output that was not there). */
function reopenedGroups(state: RunState, removed: ReadonlySet<NodeId>, restarted: ReadonlySet<NodeId>): Set<NodeId> {
  const reopened = new Set<NodeId>();
  const reopen = (node: NodeStatus): void => {
    for (const container of containersOf(state, node)) reopened.add(container.id as NodeId);
  };
  const blamed = new Set<string>();
  for (const node of state.nodes.values()) {
    if (removed.has(node.id as NodeId) || restarted.has(node.id as NodeId)) reopen(node);
    if (isUnsuccessful(node.phase)) for (const container of containersOf(state, node)) blamed.add(container.id);
  }
  for (const node of state.nodes.values()) {
    if (!isGroup(node) || !isUnsuccessful(node.phase) || blamed.has(node.id) || isReplaced(state, node)) continue;
    reopened.add(node.id as NodeId);
    reopen(node);
  }
  return reopened;
}

function kept(node: NodeStatus, removed: ReadonlySet<NodeId>, isReopened: boolean): NodeStatus {
  const children = node.children?.filter((child) => !removed.has(child as NodeId));
  const outbound = node.outboundNodes?.filter((child) => !removed.has(child as NodeId));
  const isSame = children?.length === node.children?.length && outbound?.length === node.outboundNodes?.length;
  if (isSame && !isReopened) return node;
  const next: NodeStatus = { ...node };
  if (children) next.children = children;
  if (outbound) next.outboundNodes = outbound;
  if (!isReopened) return next;
  const { finishedAt: _finishedAt, message: _message, outputs: _outputs, outboundNodes: _outbound, ...open } = next;
  return { ...open, phase: 'Running' };
}

/** Progress and resources of what is left, added up anew. */
function recounted(
  state: RunState,
  nodes: PersistentMap<NodeId, NodeStatus>,
): Pick<Rewind, 'nodes' | 'progress' | 'resourcesDuration'> {
  const totals = new Map<string, { done: number; all: number; resources: Record<string, number> }>();
  const totalOf = (id: string): NonNullable<ReturnType<typeof totals.get>> => {
    const total = totals.get(id) ?? { done: 0, all: 0, resources: {} };
    totals.set(id, total);
    return total;
  };
  for (const node of nodes.values()) {
    if (!hasOwnProgress(node)) continue;
    const [, done, all] = /^(\d+)\/(\d+)$/.exec(node.progress ?? '') ?? [];
    for (const id of [...containersOf(state, node).map((container) => container.id), '']) {
      const total = totalOf(id);
      total.done += Number(done ?? 0);
      total.all += Number(all ?? 0);
      for (const [name, used] of Object.entries(node.resourcesDuration ?? {})) {
        total.resources[name] = (total.resources[name] ?? 0) + used;
      }
    }
  }
  const updated = nodes.withMutations((map) => {
    for (const [id, node] of nodes) {
      if (!isGroup(node)) continue;
      const { done, all, resources } = totalOf(id);
      map.set(id, {
        ...node,
        progress: `${done}/${all}`,
        ...(node.resourcesDuration && { resourcesDuration: resources }),
      });
    }
  });
  const { done, all, resources } = totalOf('');
  return { nodes: updated, progress: `${done}/${all}`, resourcesDuration: resources };
}
