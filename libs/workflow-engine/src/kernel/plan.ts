import type { NodeStatus } from '@argosy/workflow-spec';
import type { EngineCommand } from '../model/command.js';
import { freePod } from '../model/command.js';
import { podNameOf } from '../model/ids.js';
import type { NodeId } from '../model/ids.js';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { isFinalWorkflowPhase, isFulfilled } from '../model/phases.js';
import { withoutEarliest } from '../model/timer-heap.js';
import { workflowDeadline } from '../policies/deadline.policy.js';
import { disruptionBudgetCommands } from '../policies/disruption-budget.policy.js';
import { memoCommands } from '../policies/memoize.policy.js';
import { mayDeletePod } from '../policies/pod-gc.policy.js';
import { earliest } from '../policies/timeout.policy.js';
import { volumeClaimCommands } from '../policies/volume-claims.policy.js';
import { podNameFormat } from '../scope/global-variables.js';
import type { RunDraft } from './run-draft.js';
import { desired } from './step.js';

/** What must be true outside minus what is, for the nodes this pass touched; on a resync for all. */
export function plan(run: RunDraft, wasFinal: boolean): EngineCommand[] {
  const commands: EngineCommand[] = [
    ...volumeClaimCommands(run),
    ...disruptionBudgetCommands(run),
    ...memoCommands(run),
  ];
  for (const id of nodesToPlan(run, wasFinal)) {
    const node = run.node(id);
    const frame = run.frame(id);
    if (node?.type === 'Pod' && isFulfilled(node.phase)) commands.push(...afterwards(run, node));
    else if (frame) commands.push(...desired(run, frame));
  }
  return commands;
}

function nodesToPlan(run: RunDraft, wasFinal: boolean): Iterable<NodeId> {
  const { changedPods } = run.world;
  const justEnded = !wasFinal && isFinalWorkflowPhase(run.status.phase);
  if (changedPods === null || run.rebuilding || justEnded)
    return [...run.allNodes()].map((node) => node.id as NodeId).sort();
  const ids = new Set(run.changed);
  for (const podName of changedPods) {
    const id = run.nodeOfPod(podName) ?? run.world.pod(podName)?.nodeId ?? run.node(podName as NodeId)?.id;
    if (id !== undefined) ids.add(id as NodeId);
  }
  return ids;
}

/** A pod whose node is over: ended if it still runs, removed if nobody wants to keep it. */
function afterwards(run: RunDraft, node: NodeStatus): EngineCommand[] {
  const template = node.templateName ?? node.templateRef?.template;
  const podName = podNameOf(podNameFormat(run), run.name, node.name, template);
  const pod = run.world.pod(podName);
  if (!pod || pod.nodeId !== node.id) return [];
  const nodeId = node.id;
  const freeing: EngineCommand[] = pod.isHeldInVain ? [freePod(podName, nodeId)] : [];
  if (mayDeletePod(run, node)) return [...freeing, { type: 'DeletePod', key: `DeletePod/${podName}`, podName, nodeId }];
  if (pod.phase !== 'Pending' && pod.phase !== 'Running' && !pod.lingers) return freeing;
  return [...freeing, { type: 'TerminatePod', key: `TerminatePod/${podName}`, podName, nodeId }];
}

/** The earliest time at which something happens by itself. Timers of nodes that are over are dropped on the way. */
export function wakeAt(run: RunDraft): Instant | null {
  if (isFinalWorkflowPhase(run.status.phase)) return null;
  while (run.timers && !run.frame(run.timers.nodeId)) run.timers = withoutEarliest(run.timers);
  const deadline = workflowDeadline(run);
  const limit = run.scope.maxNewNodes;
  const isHeld = run.heldFrames().length > 0 || !run.awaited.isEmpty();
  const hasMore = limit !== undefined && run.newNodes >= limit && isHeld;
  const ahead = deadline !== null && deadline > run.now ? deadline : null;
  return earliest(run.timers?.dueAt ?? null, ahead, hasMore ? instant(run.now) : null);
}
