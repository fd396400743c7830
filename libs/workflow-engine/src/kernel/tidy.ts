import type { NodeStatus } from '@argosy/workflow-spec';
import { attemptsOf } from '../graph/attempts.js';
import { formatTime } from '../model/instant.js';
import type { NodeId } from '../model/ids.js';
import { isFulfilled } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { progressAtEnd } from '../policies/progress.policy.js';
import type { RunDraft } from './run-draft.js';

/** Sets right what another controller may have left half done, before the tree is walked. Our own states have nothing of it. */
export function tidy(run: RunDraft): void {
  for (const node of [...run.allNodes()]) {
    if (node.children) forgetMissing(run, node.id as NodeId, node.children);
    if (node.type === 'Retry' && node.phase === 'Succeeded') reopenDaemon(run, node);
    if (node.type === 'Container' && !isFulfilled(node.phase)) endWithPod(run, node.id as NodeId, node.boundaryID);
  }
}

/** The line was drawn to a node that did not come to be; whoever makes it draws it again. */
function forgetMissing(run: RunDraft, id: NodeId, children: readonly string[]): void {
  const isThere = (child: string): boolean => run.node(child as NodeId) !== undefined;
  if (!children.every(isThere)) run.update(id, { children: children.filter(isThere) });
}

/** Argo takes a retried call for over once its attempt is a daemon that is up. */
function reopenDaemon(run: RunDraft, retry: NodeStatus): void {
  const last = attemptsOf(run, retry).at(-1);
  if (!isUp(last)) return;
  const { podIP } = last ?? {};
  run.update(retry.id as NodeId, { phase: 'Running', daemoned: true, finishedAt: undefined, ...(podIP && { podIP }) });
}

/** A container of a pod that is over is over. */
function endWithPod(run: RunDraft, id: NodeId, pod: string | undefined): void {
  const { phase, message, finishedAt } = run.node(pod as NodeId) ?? {};
  if (phase === undefined || !isFulfilled(phase)) return;
  run.update(id, { phase, message, progress: progressAtEnd(phase), finishedAt: finishedAt ?? formatTime(run.now) });
}
