import type { AgentFact, RunDelta } from '@argosy/link-protocol';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import type { RunSnapshot } from '@argosy/workflow-controller';
import type { Workflow } from '@argosy/workflow-spec';

const toInstant = (time: string | undefined): string | null => (time ? new Date(time).toISOString() : null);

/** What a pass made of a run, as facts for the control plane: its new state, and what people want to read about it. */
export function factsOf(
  { workflow, status, nodes, nodeCount, full, journal }: RunSnapshot,
  nowMs: number,
): AgentFact[] {
  const { metadata, spec } = workflow;
  const about = { uid: metadata.uid ?? '', runId: metadata.labels?.[RUN_ID_LABEL] };
  const delta: RunDelta = {
    kind: 'run',
    ...about,
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
    ...(full ? { manifest: workflow } : {}),
    nodeCount,
    nodes: nodes.map((node) => ({ id: node.id, status: { ...node } })),
    full,
    epoch: Number(metadata.annotations?.[EPOCH_ANNOTATION] ?? 0),
  };
  const at = new Date(nowMs).toISOString();
  const events = journal.map(({ nodeId, reason, message }) => ({
    kind: 'event' as const,
    ...about,
    nodeId,
    reason,
    message,
    at,
  }));
  return [delta, ...events];
}

export const deletedFact = ({ metadata }: Workflow, nowMs: number): AgentFact => ({
  kind: 'runDeleted',
  uid: metadata.uid ?? '',
  runId: metadata.labels?.[RUN_ID_LABEL],
  at: new Date(nowMs).toISOString(),
});
