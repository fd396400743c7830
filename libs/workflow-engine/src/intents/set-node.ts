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
  const refusal = selected.nodes.flatMap((node) => refusedOutputs(node, intent))[0];
  if (refusal !== undefined) return refused('bad-parameters', refusal);
  return {
    ok: true,
    state: withNodes(
      state,
      selected.nodes.map((node) => changed(node, intent, scope.now)),
    ),
  };
};

function refusedOutputs(node: NodeStatus, intent: SetNode): string[] {
  const names = Object.keys(intent.outputParameters ?? {});
  const expected = node.outputs?.parameters;
  if (!expected) {
    return names.length > 0 ? ['cannot set output parameters because node is not expecting any raw parameters'] : [];
  }
  return names.flatMap((name) => {
    const parameter = expected.find((candidate) => candidate.name === name);
    if (!parameter) return [`node is not expecting output parameter '${name}'`];
    if (parameter.valueFrom?.supplied) return [];
    return [`cannot set output parameter '${name}' because it does not use valueFrom.raw or it was already set`];
  });
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
