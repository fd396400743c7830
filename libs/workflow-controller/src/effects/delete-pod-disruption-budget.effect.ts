import type { KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { Effect } from './effect.js';
import { isOwnedBy } from './effect.js';

/** Deletes the workflow's own budget; one of somebody else under its name stays. */
export const deletePodDisruptionBudget: Effect<'DeletePodDisruptionBudget'> = async (
  { name },
  { kube, workflow, budgets },
) => {
  const ref = { type: resources.podDisruptionBudgets, namespace: workflow.metadata.namespace, name };
  try {
    const budget = await kube.get<KubeObject>(ref);
    const { uid } = budget.metadata ?? {};
    if (isOwnedBy(budget, workflow)) await kube.delete(ref, { preconditions: { uid } });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  budgets.record(workflow, 'absent');
  return 'done';
};
