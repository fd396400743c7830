import type { NodePhase, Parameter, Run, RunNode, RunPhase } from '../../graphql/generated/schema-types.js';
import { podNameOf } from '@argosy/workflow-engine';
import type { NodeStatus } from '@argosy/workflow-spec';
import type { PurgedRunRow } from './purge.repository.js';
import type { RunNodeRow, RunRow } from './runs.repository.js';

/** A run without what its field resolvers bring: cluster, manifest, nodes, events. */
export type RunFields = Omit<Run, 'cluster' | 'yaml' | 'nodes' | 'node' | 'events'> & {
  readonly clusterId: string;
  readonly isPurged?: true;
};
export type RunNodeFields = Omit<RunNode, 'logs'>;

const secondsFrom = (
  start: Date | string | null | undefined,
  end: Date | string | null | undefined,
): number | undefined =>
  start ? ((end ? new Date(end).getTime() : Date.now()) - new Date(start).getTime()) / 1000 : undefined;

export const runOf = (row: RunRow): RunFields => ({
  id: row.id,
  clusterId: row.clusterId,
  name: row.name,
  namespace: row.namespace,
  phase: row.phase as RunPhase,
  message: row.message || undefined,
  progress: row.progress || undefined,
  suspended: row.suspended,
  labels: row.labels,
  annotations: row.annotations,
  parameters: row.parameters as Parameter[],
  outputs: ((row.outputs as { parameters?: Parameter[] } | null)?.parameters ?? []).map(({ name, value }) => ({
    name,
    value,
  })),
  placementReason: row.placementReason,
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString(),
  finishedAt: row.finishedAt?.toISOString(),
  durationSeconds: secondsFrom(row.startedAt, row.finishedAt),
  submittedBy: row.submittedBy,
  entrypoint: row.entrypoint,
  deletedFromCluster: row.deletedFromCluster,
  nodeCount: row.nodeCount,
});

/** What there is to tell about a run whose history was removed. */
export const purgedRunOf = ({ runId, clusterId, namespace, name, phase, createdAt }: PurgedRunRow): RunFields => ({
  id: runId,
  clusterId,
  namespace,
  name,
  phase: phase as RunPhase,
  createdAt: createdAt.toISOString(),
  suspended: false,
  labels: {},
  annotations: {},
  parameters: [],
  outputs: [],
  deletedFromCluster: true,
  nodeCount: 0,
  isPurged: true,
});

export function nodeOf(runId: string, row: RunNodeRow): RunNodeFields {
  const status = row.status as NodeStatus;
  const named = (parameters: readonly { name: string; value?: unknown }[] | undefined): Parameter[] =>
    (parameters ?? []).map(({ name, value }) => ({
      name,
      value:
        value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value),
    }));
  return {
    id: row.nodeId,
    runId,
    name: status.name,
    displayName: status.displayName ?? status.name,
    type: status.type,
    templateName: status.templateName,
    phase: (status.phase || 'Pending').toUpperCase() as NodePhase,
    message: status.message,
    boundaryId: status.boundaryID,
    children: status.children ?? [],
    startedAt: status.startedAt,
    finishedAt: status.finishedAt,
    durationSeconds: secondsFrom(status.startedAt, status.finishedAt),
    progress: status.progress,
    podName:
      status.type === 'Pod' ? podNameOf('v2', workflowNameOf(status), status.name, status.templateName) : undefined,
    hostNodeName: status.hostNodeName,
    exitCode: status.outputs?.exitCode === undefined ? undefined : Number(status.outputs.exitCode),
    hooked: status.nodeFlag?.hooked ?? false,
    inputs: named(status.inputs?.parameters),
    outputs: named(status.outputs?.parameters),
    result: status.outputs?.result,
  };
}

/** The root's id is the workflow's name; every other id is that name and a number. */
const workflowNameOf = ({ id, name }: NodeStatus): string => (id === name ? id : id.replace(/-\d+$/, ''));
