import type { KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { LABELS } from '@argosy/pod-plan';
import type { EnsurePodDisruptionBudget } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';
import { ForeignObject, isOwnedBy } from './effect.js';

/** Creates the budget, owned by the workflow. Asks for nothing but the right to create, get and delete. */
export const ensurePodDisruptionBudget: Effect<'EnsurePodDisruptionBudget'> = async (
  command,
  { kube, workflow, budgets },
) => {
  const { name } = command;
  try {
    await kube.create<KubeObject>(resources.podDisruptionBudgets, planBudget(command, workflow));
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const ref = { type: resources.podDisruptionBudgets, namespace: workflow.metadata.namespace, name };
    if (!isOwnedBy(await kube.get<KubeObject>(ref), workflow)) throw new ForeignObject('poddisruptionbudget', name);
  }
  budgets.record(workflow, 'present');
  return 'done';
};

function planBudget({ name, spec }: EnsurePodDisruptionBudget, { metadata }: Workflow): KubeObject {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', controller: true };
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name,
      namespace: metadata.namespace,
      labels: { [LABELS.workflow]: metadata.name ?? '' },
      ownerReferences: [{ ...owner, name: metadata.name ?? '', uid: metadata.uid ?? '' }],
    },
    spec,
  };
  return budget;
}
