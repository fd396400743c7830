import { isKubeError, resources } from '@argosy/kube';
import type { Effect } from './effect.js';

export const deletePersistentVolumeClaim: Effect<'DeletePersistentVolumeClaim'> = async (
  { name },
  { kube, workflow },
) => {
  try {
    await kube.delete({ type: resources.persistentVolumeClaims, namespace: workflow.metadata.namespace, name });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return 'done';
};
