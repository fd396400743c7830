import type { NodeStatus, WorkflowStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { nodeIdOf } from '../model/ids.js';
import type { NodeId } from '../model/ids.js';
import { parseTime } from '../model/instant.js';
import type { EarlierRun } from '../model/observation.js';
import { originsOf } from '../model/run-origin.js';

/** Whose times tell how long this run will take: the last success of the first origin that has one. */
export function earlierRunOf({ workflow, world }: Pick<RunDraft, 'workflow' | 'world'>): EarlierRun | null {
  if (!world.lastSuccess) return null;
  for (const origin of originsOf(workflow.metadata.labels)) {
    const earlier = world.lastSuccess(origin);
    if (earlier) return earlier;
  }
  return null;
}

export const estimate = (seconds: number | undefined): { estimatedDuration?: number } =>
  seconds ? { estimatedDuration: seconds } : {};

/** A run on record as one that others are measured by. */
export const asEarlierRun = (
  name: string,
  status: Pick<WorkflowStatus, 'startedAt' | 'finishedAt'> | undefined,
  nodeSeconds: (id: NodeId) => number,
): EarlierRun => ({
  seconds: secondsOf(status),
  nodeSeconds: (nameInRun) => nodeSeconds(nodeIdOf(name, `${name}${nameInRun}`)),
});

/** Whole seconds, as in Argo; 0 when it has not ended. */
export function secondsOf(ended: Pick<NodeStatus, 'startedAt' | 'finishedAt'> | undefined): number {
  const [from, to] = [parseTime(ended?.startedAt), parseTime(ended?.finishedAt)];
  return from === null || to === null ? 0 : Math.max(0, Math.trunc((to - from) / 1000));
}
