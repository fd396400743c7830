import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { FINALIZERS, isHeld } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';

const RETRY_MS = 1_000;

/** Lets a pod go whose end is on record, or never will be. */
export const freePod: Effect<'FreePod'> = async ({ podName }, { kube, workflow, pods, nowMs }) => {
  const pod = pods.get(workflow.metadata.namespace ?? '', podName);
  return !pod || (await free(kube, pod)) ? 'done' : { lookAgainAtMs: nowMs + RETRY_MS };
};

/**
 * Takes our finalizer away. What comes of it the watch has to tell: a pod that is deleted may be gone with this write.
 * @returns false when somebody else wrote the pod first
 */
export async function free(kube: KubeApi, pod: Pod): Promise<boolean> {
  const { namespace, name = '', resourceVersion, finalizers = [] } = pod.metadata ?? {};
  if (!isHeld(pod)) return true;
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZERS.status);
  const metadata = { resourceVersion, finalizers: others };
  try {
    await kube.patch<Pod>({ type: resources.pods, namespace, name }, 'merge', { metadata });
    return true;
  } catch (error) {
    if (isKubeError(error, 'Conflict')) return false;
    if (isKubeError(error, 'NotFound')) return true;
    throw error;
  }
}
