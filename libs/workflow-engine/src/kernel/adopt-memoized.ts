import type { NodeStatus } from '@argosy/workflow-spec';
import { attemptsOf } from '../graph/attempts.js';
import type { NodeId } from '../model/ids.js';
import { nodeIdOf } from '../model/ids.js';
import { isFulfilled } from '../model/phases.js';
import type { RunState } from '../model/run-state.js';

type Nodes = Map<string, NodeStatus>;
type Renaming = readonly [from: string, to: string];

/**
 * A run that was resubmitted with results begins with nodes: pods that need not run again are Skipped, everything else is
 * Pending. What has not begun is forgotten, so that it is made like any other node, with its locks, limits and timers;
 * what is over is found by its name. Also for objects that Argo's own client made.
 */
export function adoptMemoized(state: RunState): RunState {
  const { status, nodes } = state;
  if (status.phase && status.phase !== 'Pending') return state;
  const runName = state.workflow.metadata.name ?? '';
  if (nodes.get(nodeIdOf(runName, runName))?.phase !== 'Pending') return state;
  const kept: Nodes = new Map();
  for (const node of nodes.values()) if (isFulfilled(node.phase)) kept.set(node.id, node);
  const retries = [...nodes.values()].filter(({ type, phase }) => type === 'Retry' && !isFulfilled(phase));
  // What lies inside of others comes first.
  retries.sort((a, b) => b.name.length - a.name.length);
  const renamings = retries.flatMap((retry) => adoptRetry(state, retry, kept));
  const renamed = (name: string): string =>
    renamings.reduce((text, [from, to]) => (isWithin(text, from) ? to + text.slice(from.length) : text), name);
  const idOf = (id: string): NodeId => nodeIdOf(runName, renamed(nodes.get(id as NodeId)?.name ?? runName));
  const linked = [...kept.values()].map((node): [NodeId, NodeStatus] => {
    const { outboundNodes: _outbound, children = [], ...rest } = node;
    // The graph is drawn anew, but for what belongs to one call.
    const own = children.filter((id) => kept.get(id)?.nodeFlag);
    const boundary = node.boundaryID && { boundaryID: idOf(node.boundaryID) };
    const id = idOf(node.id);
    return [id, { ...rest, ...boundary, id, name: renamed(node.name), children: own.map(idOf) }];
  });
  const { progress: _progress, ...others } = status;
  return { ...state, status: others, nodes: nodes.clear().concat(linked) };
}

/** Taken over from another run: whoever makes the call again has to draw its place in the graph. */
export const isTakenOver = (node: NodeStatus): boolean =>
  node.phase === 'Skipped' && (node.type === 'Retry' || node.message?.startsWith('original pod: ') === true);

/** A call that was tried several times is over with its last attempt, or begins with its first. */
function adoptRetry({ nodes }: RunState, retry: NodeStatus, kept: Nodes): Renaming[] {
  const attempts = attemptsOf({ node: (id) => nodes.get(id) }, retry);
  const last = attempts.at(-1);
  if (!last) return [];
  if (isFulfilled(last.phase)) {
    const outputs = retry.outputs ?? last.outputs;
    kept.set(retry.id, { ...retry, phase: 'Skipped', progress: '0/0', ...(outputs && { outputs }) });
    return [];
  }
  // What succeeded in the last attempt is kept for the one that will be the first now.
  for (const attempt of attempts) kept.delete(attempt.id);
  for (const attempt of attempts.slice(0, -1))
    for (const { id, name } of kept.values()) if (isWithin(name, attempt.name)) kept.delete(id);
  return [[last.name, `${retry.name}(0)`]];
}

const isWithin = (name: string, outer: string): boolean =>
  name === outer || (name.startsWith(outer) && /^[.[(]/.test(name.slice(outer.length)));
