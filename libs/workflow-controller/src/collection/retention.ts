import type { Workflow, WorkflowPhase } from '@argosy/workflow-spec';

/** How many ended workflows are kept, by how they ended; all of them where no number is given. */
export interface RetentionPolicy {
  readonly completed?: number;
  readonly failed?: number;
  readonly errored?: number;
}

/** Ended workflows beyond the policy: the newest are kept. */
export function beyondRetention(workflows: readonly Workflow[], policy: RetentionPolicy): Workflow[] {
  const limits: [WorkflowPhase, number | undefined][] = [
    ['Succeeded', policy.completed],
    ['Failed', policy.failed],
    ['Error', policy.errored],
  ];
  return limits.flatMap(([phase, limit]) => {
    if (limit === undefined) return [];
    const ended = workflows.filter(({ status }) => status?.phase === phase);
    return ended.sort(newestFirst).slice(limit);
  });
}

const createdAt = ({ metadata }: Workflow): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
const uidOf = ({ metadata }: Workflow): string => metadata.uid ?? '';
const newestFirst = (a: Workflow, b: Workflow): number => createdAt(b) - createdAt(a) || (uidOf(a) < uidOf(b) ? 1 : -1);
