import { isKubeError, resources } from '@argosy/kube';
import type { Effect } from './effect.js';

export const deletePod: Effect<'DeletePod'> = async ({ podName }, { kube, workflow }) => {
  try {
    await kube.delete(
      { type: resources.pods, namespace: workflow.metadata.namespace, name: podName },
      { propagationPolicy: 'Background' },
    );
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return 'done';
};
