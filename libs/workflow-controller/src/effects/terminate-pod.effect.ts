import { isKubeError, resources } from '@argosy/kube';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';

/**
 * Ends the pod's containers and keeps the pod, so that its status and log can still be read: a deadline of one second from
 * the pod's start, which has passed, makes the kubelet send SIGTERM and, after the grace period, SIGKILL. Needs no exec.
 */
export const terminatePod: Effect<'TerminatePod'> = async ({ podName }, { kube, workflow, observePod }) => {
  const ref = { type: resources.pods, namespace: workflow.metadata.namespace, name: podName };
  try {
    const pod = await kube.get<Pod>(ref);
    if (pod.spec?.activeDeadlineSeconds === 1) return 'done';
    observePod(await kube.patch<Pod>(ref, 'merge', { spec: { activeDeadlineSeconds: 1 } }));
    return 'done';
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return 'done';
    throw error;
  }
};
