import type { WorkflowSpec, WorkflowStatus } from '@argosy/workflow-spec';
import type { EngineCommand } from '../model/command.js';
import type { IntentRefused, RetryRun } from '../model/intent.js';
import { podNameOf } from '../model/ids.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { RunState } from '../model/run-state.js';
import { POD_NAME_FORMAT } from '../scope/global-variables.js';
import type { IntentHandler } from './apply-intent.js';
import { overriddenArguments } from './parameter-overrides.js';
import { refused } from './refusals.js';
import { reopenedSpec } from './reopened-spec.js';
import { planRewind } from './rewind.js';
import type { Rewind } from './rewind.js';
import { selectedNodes } from './selection.js';

const PREFIX = 'workflows.argoproj.io/';

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
  const executed = state.status.storedWorkflowTemplateSpec ?? state.workflow.spec;
  const spec = overriddenArguments(executed, intent.parameters ?? []);
  if ('ok' in spec) return spec;
  const rewind = planRewind(state, {
    chosen: intent.restartSuccessful ? chosen.nodes : [],
    argumentsChanged: spec !== executed,
    now: scope.now,
  });
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

function rewound(state: RunState, spec: WorkflowSpec, rewind: Rewind, now: Instant): RunState {
  // Claims that were deleted at the end are made and recorded anew.
  const { finishedAt: _finishedAt, message: _message, persistentVolumeClaims: _claims, ...status } = state.status;
  const next: Omit<WorkflowStatus, 'nodes'> = {
    ...status,
    phase: '',
    startedAt: formatTime(now),
    progress: rewind.progress,
    resourcesDuration: rewind.resourcesDuration,
    conditions: (status.conditions ?? []).filter((condition) => condition.type !== 'Completed'),
  };
  const isMerged = status.storedWorkflowTemplateSpec !== undefined;
  if (isMerged) next.storedWorkflowTemplateSpec = reopenedSpec(spec);
  return {
    ...state,
    workflow: reopened(state, isMerged ? state.workflow.spec : spec),
    status: next,
    nodes: rewind.nodes,
  };
}

function reopened({ workflow }: RunState, spec: WorkflowSpec): RunState['workflow'] {
  const {
    [`${PREFIX}completed`]: _completed,
    [`${PREFIX}workflow-archiving-status`]: _archived,
    ...labels
  } = workflow.metadata.labels ?? {};
  return { ...workflow, spec: reopenedSpec(spec), metadata: { ...workflow.metadata, labels } };
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
