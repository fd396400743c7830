import type { WorkflowSpec, WorkflowStatus } from '@argosy/workflow-spec';
import type { EngineCommand } from '../model/command.js';
import type { IntentRefused, RetryRun } from '../model/intent.js';
import { podNameOf } from '../model/ids.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { RunState } from '../model/run-state.js';
import { POD_NAME_FORMAT } from '../scope/global-variables.js';
import type { IntentHandler } from './apply-intent.js';
import { refused } from './refusals.js';
import { planRewind } from './rewind.js';
import type { Rewind } from './rewind.js';
import { selectedNodes } from './selection.js';

/**
 * Runs what failed once more and keeps what succeeded. The pods of nodes that go have to be deleted before the new
 * state is written, because the new nodes use their names.
 */
export const retryRun: IntentHandler<'RetryRun'> = (state, intent, scope) => {
  const refusal = refusalOf(state, intent);
  if (refusal) return refusal;
  const chosen = intent.nodeFieldSelector
    ? selectedNodes(state, intent.nodeFieldSelector)
    : { ok: true as const, nodes: [] };
  if (!chosen.ok) return chosen;
  if (intent.nodeFieldSelector && chosen.nodes.length === 0) {
    return refused('nothing-selected', `no node matches "${intent.nodeFieldSelector}"`);
  }
  const spec = overridden(state, intent.parameters ?? []);
  if ('ok' in spec) return spec;
  const rewind = planRewind(state, intent.restartSuccessful ? chosen.nodes : []);
  return { ok: true, state: rewound(state, spec, rewind, scope.now), commands: deletions(state, rewind) };
};

function refusalOf(state: RunState, intent: RetryRun): IntentRefused | null {
  const { phase } = state.status;
  if (phase === 'Failed' || phase === 'Error') return null;
  if (phase !== 'Succeeded') return refused('not-finished', 'workflow must be Failed/Error to retry');
  if (intent.restartSuccessful && intent.nodeFieldSelector) return null;
  return refused(
    'bad-selector',
    'workflow must be Failed/Error to retry; a succeeded one needs restartSuccessful and a node field selector',
  );
}

/** @returns the spec to execute with arguments replaced, or what is wrong with them */
function overridden(state: RunState, parameters: readonly string[]): WorkflowSpec | IntentRefused {
  const spec = state.status.storedWorkflowTemplateSpec ?? state.workflow.spec;
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    const at = parameter.indexOf('=');
    if (at <= 0) return refused('bad-parameters', `expected parameter of the form NAME=VALUE, not "${parameter}"`);
    values.set(parameter.slice(0, at), parameter.slice(at + 1));
  }
  if (values.size === 0) return spec;
  const kept = (spec.arguments?.parameters ?? []).filter(({ name }) => !values.has(name));
  const replaced = [...values].map(([name, value]) => ({ name, value }));
  return { ...spec, arguments: { ...spec.arguments, parameters: [...kept, ...replaced] } };
}

function rewound(state: RunState, spec: WorkflowSpec, rewind: Rewind, now: Instant): RunState {
  const { finishedAt: _finishedAt, message: _message, ...status } = state.status;
  const next: Omit<WorkflowStatus, 'nodes'> = {
    ...status,
    phase: '',
    startedAt: formatTime(now),
    progress: rewind.progress,
    resourcesDuration: rewind.resourcesDuration,
    conditions: (status.conditions ?? []).filter((condition) => condition.type !== 'Completed'),
  };
  const isMerged = status.storedWorkflowTemplateSpec !== undefined;
  if (isMerged) next.storedWorkflowTemplateSpec = spec;
  return {
    ...state,
    workflow: reopened(state, isMerged ? state.workflow.spec : spec),
    status: next,
    nodes: rewind.nodes,
  };
}

/** What ended the run must not end it again: shutdown goes, and so does a deadline of 0, which is how one terminates. */
function reopened(state: RunState, { shutdown: _shutdown, ...spec }: WorkflowSpec): RunState['workflow'] {
  if (spec.activeDeadlineSeconds === 0) delete spec.activeDeadlineSeconds;
  const { 'workflows.argoproj.io/completed': _completed, ...labels } = state.workflow.metadata.labels ?? {};
  return { ...state.workflow, spec, metadata: { ...state.workflow.metadata, labels } };
}

function deletions(state: RunState, rewind: Rewind): EngineCommand[] {
  const format = state.workflow.metadata.annotations?.[POD_NAME_FORMAT] === 'v1' ? 'v1' : 'v2';
  const name = state.workflow.metadata.name ?? '';
  return rewind.removed
    .filter((node) => node.type === 'Pod')
    .map((node): EngineCommand => {
      const podName = podNameOf(format, name, node.name, node.templateName ?? node.templateRef?.template);
      return { type: 'DeletePod', key: `DeletePod/${podName}`, podName, nodeId: node.id };
    });
}
