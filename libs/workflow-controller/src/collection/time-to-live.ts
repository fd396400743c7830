import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
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

/** Deletes the workflow; Kubernetes deletes what it owns. */
export async function deleteExpired(kube: KubeApi, { metadata }: Workflow): Promise<void> {
  const { namespace, name = '', uid } = metadata;
  try {
    await kube.delete(
      { type: resources.workflows, namespace, name },
      { propagationPolicy: 'Background', preconditions: { uid } },
    );
  } catch (error) {
    if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
  }
}
