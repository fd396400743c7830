import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { FINALIZERS, isHeld } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';

/** Lets a pod go whose end is on record, or never will be. */
export const freePod: Effect<'FreePod'> = async ({ podName }, { kube, workflow, pods }) => {
  const pod = pods.get(workflow.metadata.namespace ?? '', podName);
  if (pod) await free(kube, pod);
  return 'done';
};

/**
 * Takes our finalizer away. What comes of it the watch has to tell: a pod that is deleted may be gone with this write. So
 * it does when somebody else wrote the pod first.
 */
export async function free(kube: KubeApi, pod: Pod): Promise<void> {
  const { namespace, name = '', resourceVersion, finalizers = [] } = pod.metadata ?? {};
  if (!isHeld(pod)) return;
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZERS.status);
  const metadata = { resourceVersion, finalizers: others };
  try {
    await kube.patch<Pod>({ type: resources.pods, namespace, name }, 'merge', { metadata });
  } catch (error) {
    if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
  }
}
