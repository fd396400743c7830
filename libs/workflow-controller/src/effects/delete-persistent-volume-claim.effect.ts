import { isKubeError, resources } from '@argosy/kube';
import type { Effect } from './effect.js';

const PROTECTION = 'kubernetes.io/pvc-protection';

/**
 * Deletes the claim. Kubernetes keeps a claim that ended pods still name; since none of them will run again, a claim that
 * is only kept for them loses its protection on the next pass (Argo does the same).
 */
export const deletePersistentVolumeClaim: Effect<'DeletePersistentVolumeClaim'> = async (
  { name },
  { kube, workflow, claims },
) => {
  const namespace = workflow.metadata.namespace ?? '';
  const ref = { type: resources.persistentVolumeClaims, namespace, name };
  const { deletionTimestamp, finalizers = [] } = claims.get(namespace, name)?.metadata ?? {};
  try {
    if (!deletionTimestamp) await kube.delete(ref);
    else if (finalizers.includes(PROTECTION)) {
      const kept = finalizers.filter((finalizer) => finalizer !== PROTECTION);
      await kube.patch(ref, 'merge', { metadata: { finalizers: kept } });
    }
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return 'done';
};
