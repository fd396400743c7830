import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';

/**
 * When a finished workflow has to go, in milliseconds since the epoch; null when it may stay. The time to live for
 * successes or failures comes before the general one, as in Argo.
 */
export function expiryOf({ spec, status }: Pick<Workflow, 'spec' | 'status'>): number | null {
  if (!status?.finishedAt || !isFinalWorkflowPhase(status.phase)) return null;
  const strategy = (status.storedWorkflowTemplateSpec ?? spec).ttlStrategy;
  const specific = status.phase === 'Succeeded' ? strategy?.secondsAfterSuccess : strategy?.secondsAfterFailure;
  const seconds = specific ?? strategy?.secondsAfterCompletion;
  return seconds === undefined || seconds === null ? null : Date.parse(status.finishedAt) + seconds * 1000;
}
