import type { AgentFact, NodeDelta, RunDelta } from '@argosy/link-protocol';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import type { RunSnapshot } from '@argosy/workflow-controller';
import { podNameOf } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';

const POD_NAME_FORMAT = 'workflows.argoproj.io/pod-name-format';

type RunMetadata = Workflow['metadata'];
const toInstant = (time: string | undefined | null): string | null => (time ? new Date(time).toISOString() : null);

/** A run's new state, with the nodes that changed. */
export function deltaOf({ workflow, status, nodes, nodeCount, full }: RunSnapshot, nowMs: number): RunDelta {
  const { metadata, spec } = workflow;
  return {
    kind: 'run',
    ...identityOf(metadata),
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    createdAt: toInstant(metadata.creationTimestamp) ?? new Date(nowMs).toISOString(),
    phase: status.phase || 'Pending',
    message: status.message ?? '',
    progress: status.progress ?? '',
    startedAt: toInstant(status.startedAt),
    finishedAt: toInstant(status.finishedAt),
    suspended: spec.suspend ?? false,
    outputs: status.outputs ?? null,
    ...(full && { manifest: workflow }),
    nodeCount,
    nodes: nodes.map((node) => nodeDelta(metadata, node)),
    full,
    epoch: epochOf(metadata),
  };
}

/** What people want to read about a pass. */
export function eventsOf({ workflow, journal }: RunSnapshot, nowMs: number): AgentFact[] {
  const at = new Date(nowMs).toISOString();
  return journal.map(({ nodeId, reason, message }) => ({
    kind: 'event',
    ...identityOf(workflow.metadata),
    nodeId,
    reason,
    message,
    at,
  }));
}

export const deletedFact = (run: { uid: string; runId?: string }, nowMs: number): AgentFact => ({
  kind: 'runDeleted',
  ...run,
  at: new Date(nowMs).toISOString(),
});

export function identityOf({ uid = '', labels }: RunMetadata): { uid: string; runId?: string } {
  const runId = labels?.[RUN_ID_LABEL];
  return { uid, ...(runId !== undefined && { runId }) };
}

export const epochOf = ({ annotations }: RunMetadata): number => {
  const epoch = Number(annotations?.[EPOCH_ANNOTATION] ?? 0);
  return Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : 0;
};

/** The status as Argo writes it, and the name of the pod, which Argo's own clients work out for themselves. */
function nodeDelta({ name = '', annotations }: RunMetadata, node: NodeStatus): NodeDelta {
  if (node.type !== 'Pod') return { id: node.id, status: { ...node } };
  const format = annotations?.[POD_NAME_FORMAT] === 'v1' ? 'v1' : 'v2';
  const templateName = node.templateName ?? node.templateRef?.template;
  return { id: node.id, status: { ...node, podName: podNameOf(format, name, node.name, templateName) } };
}
