import type { NodeStatus } from '@argosy/workflow-spec';
import type { IntentRefused } from '../model/intent.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import type { RunState } from '../model/run-state.js';
import { withDefaults } from '../scope/supplied-outputs.js';
import type { IntentHandler } from './apply-intent.js';
import { alreadyFinished, refused } from './refusals.js';
import { isSuspendedNode, suspendedNodes, withNodes, withSpec } from './selection.js';

/** Lets the run and its suspended nodes go on; with a selector only the nodes it selects. */
export const resumeRun: IntentHandler<'ResumeRun'> = (state, intent, scope) => {
  if (isFinalWorkflowPhase(state.status.phase)) return alreadyFinished(state);
  if (intent.nodeFieldSelector) {
    const selected = suspendedNodes(state, intent.nodeFieldSelector);
    return selected.ok ? resume(state, selected.nodes, scope.now, intent.by) : selected;
  }
  const nodes = [...state.nodes.values()].filter(isSuspendedNode);
  if (nodes.length === 0 && state.workflow.spec.suspend !== true) {
    return refused('not-suspended', `workflow ${state.workflow.metadata.name ?? ''} is not suspended`);
  }
  return resume(withSpec(state, { suspend: undefined }), nodes, scope.now, intent.by);
};

function resume(
  state: RunState,
  nodes: readonly NodeStatus[],
  now: Instant,
  by: string | undefined,
): ReturnType<typeof resumeRun> {
  const resumed: NodeStatus[] = [];
  for (const node of nodes) {
    const { outputs, missing } = withDefaults(node);
    if (missing !== null) return refusedFor(missing);
    resumed.push({
      ...node,
      phase: 'Succeeded',
      finishedAt: formatTime(now),
      ...(outputs && { outputs }),
      ...(by && { message: `Resumed by: ${by}` }),
    });
  }
  return { ok: true, state: withNodes(state, resumed) };
}

const refusedFor = (missing: string): IntentRefused => refused('bad-parameters', missing);
