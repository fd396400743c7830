import { formatTime } from '../model/instant.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import type { IntentHandler } from './apply-intent.js';
import { alreadyFinished } from './refusals.js';
import { suspendedNodes, withNodes, withSpec } from './selection.js';

/** Ends the run but for its exit handlers; with a selector only fails the suspended nodes it selects. */
export const stopRun: IntentHandler<'StopRun'> = (state, intent, scope) => {
  if (isFinalWorkflowPhase(state.status.phase)) return alreadyFinished(state);
  if (!intent.nodeFieldSelector) {
    const stopped = withSpec(state, { shutdown: 'Stop' });
    return { ok: true, state: stopped };
  }
  const selected = suspendedNodes(state, intent.nodeFieldSelector);
  if (!selected.ok) return selected;
  const finishedAt = formatTime(scope.now);
  return {
    ok: true,
    state: withNodes(
      state,
      selected.nodes.map((node) => ({
        ...node,
        phase: 'Failed' as const,
        finishedAt,
        ...(intent.message && { message: intent.message }),
      })),
    ),
  };
};
