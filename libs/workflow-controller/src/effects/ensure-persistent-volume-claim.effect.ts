import type { KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { Effect } from './effect.js';

/** Creates the claim, owned by the workflow, so that it goes when the workflow goes. */
export const ensurePersistentVolumeClaim: Effect<'EnsurePersistentVolumeClaim'> = async (
  { name, claim },
  { kube, workflow },
) => {
  const { namespace, name: owner = '', uid = '' } = workflow.metadata;
  const object = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: claim.spec,
    metadata: {
      ...claim.metadata,
      name,
      namespace,
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: owner, uid, controller: true }],
    },
  };
  try {
    await kube.create<KubeObject>(resources.persistentVolumeClaims, object);
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
  return 'done';
};
