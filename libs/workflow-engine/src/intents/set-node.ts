import type { NodeStatus } from '@argosy/workflow-spec';
import type { SetNode } from '../model/intent.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import type { IntentHandler } from './apply-intent.js';
import { alreadyFinished, refused } from './refusals.js';
import { suspendedNodes, withNodes } from './selection.js';

/** Gives suspended nodes outputs, a message or an end. */
export const setNode: IntentHandler<'SetNode'> = (state, intent, scope) => {
  if (isFinalWorkflowPhase(state.status.phase)) return alreadyFinished(state);
  const selected = suspendedNodes(state, intent.nodeFieldSelector);
  if (!selected.ok) return selected;
  const unknown = selected.nodes.flatMap((node) => unknownOutputs(node, intent))[0];
  if (unknown !== undefined) return refused('bad-parameters', unknown);
  return {
    ok: true,
    state: withNodes(
      state,
      selected.nodes.map((node) => changed(node, intent, scope.now)),
    ),
  };
};

function unknownOutputs(node: NodeStatus, intent: SetNode): string[] {
  const known = node.outputs?.parameters?.map((parameter) => parameter.name) ?? [];
  return Object.keys(intent.outputParameters ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => `node ${node.displayName ?? node.name} is not expecting output parameter '${name}'`);
}

function changed(node: NodeStatus, intent: SetNode, now: Instant): NodeStatus {
  const next: NodeStatus = { ...node };
  if (intent.outputParameters && node.outputs?.parameters) {
    const parameters = node.outputs.parameters.map((parameter) => {
      const value = intent.outputParameters?.[parameter.name];
      if (value === undefined) return parameter;
      const { valueFrom: _valueFrom, ...rest } = parameter;
      return { ...rest, value };
    });
    next.outputs = { ...node.outputs, parameters };
  }
  if (intent.message) next.message = node.message ? `${node.message}; ${intent.message}` : intent.message;
  if (intent.phase) Object.assign(next, { phase: intent.phase, finishedAt: formatTime(now) });
  return next;
}
