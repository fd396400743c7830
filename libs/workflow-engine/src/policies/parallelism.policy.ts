import type { Template } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { NodeId } from '../model/ids.js';
import type { AdmissionPolicy } from './policy.js';

/** Pods at once in the whole workflow; nothing new is entered while they are at the limit. */
export const workflowParallelism: AdmissionPolicy = (run) => {
  const limit = run.spec.parallelism;
  return limit === undefined || run.tally.activePods < limit;
};

/**
 * Pods, steps and DAGs at once directly inside the enclosing template, of which 0 is no limit. Retry attempts already
 * have their place.
 */
export const templateParallelism: AdmissionPolicy = (run, site) => {
  const limit = boundaryTemplate(run, site.boundary)?.parallelism ?? 0;
  return limit <= 0 || site.attempt !== null || run.tally.activeChildren(site.boundary) < limit;
};

export function boundaryTemplate(run: RunDraft, boundary: NodeId): Template | null {
  const frame = run.frame(boundary);
  return frame && (frame.kind === 'steps' || frame.kind === 'dag') ? frame.template : null;
}
