import { isKubeError, resources } from '@argosy/kube';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';

/**
 * Ends the pod's containers and keeps the pod, so that its status and log can still be read: a deadline of one second from
 * the pod's start, which has passed, makes the kubelet send SIGTERM and, after the grace period, SIGKILL. Needs no exec.
 * A pod that no kubelet has taken up has nothing to be read, and nobody who would keep its deadline: it is deleted.
 */
export const terminatePod: Effect<'TerminatePod'> = async ({ podName }, { kube, workflow, pods }) => {
  const namespace = workflow.metadata.namespace ?? '';
  const ref = { type: resources.pods, namespace, name: podName };
  const pod = pods.get(namespace, podName);
  if (!pod || pod.metadata?.deletionTimestamp || pod.spec?.activeDeadlineSeconds === 1) return 'done';
  try {
    if (pod.status?.startTime) {
      pods.observe(await kube.patch<Pod>(ref, 'merge', { spec: { activeDeadlineSeconds: 1 } }));
    } else {
      // With the version: if it has been taken up meanwhile, this is a conflict and the next pass decides anew.
      const { uid, resourceVersion } = pod.metadata ?? {};
      await kube.delete(ref, { preconditions: { uid, resourceVersion } });
    }
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return 'done';
};
