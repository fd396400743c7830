import { isKubeError, resources } from '@argosy/kube';
import { isFulfilled } from '@argosy/workflow-engine';
import type { Pod } from '@argosy/workflow-spec';
import { garbageAtMs } from '../collection/pod-gc.js';
import type { Effect, EffectContext } from './effect.js';
import { free } from './free-pod.effect.js';

/** How long to wait before asking again whether a pod is still needed for its log. */
const RELEASE_POLL_MS = 1_000;

/** Deletes a pod: as garbage when the workflow's podGC says so, at once when it stands in the way of a new try. */
export const deletePod: Effect<'DeletePod'> = async ({ podName, nodeId }, context) => {
  const { kube, workflow, pods, refused, nowMs } = context;
  const { namespace = '', name = '' } = workflow.metadata;
  if (refused.forget(`${namespace}/${name}`, podName)) return { lookAgainAtMs: nowMs };
  const pod = pods.get(namespace, podName);
  if (pod?.metadata?.deletionTimestamp)
    return (await free(kube, pod)) ? 'done' : { lookAgainAtMs: nowMs + RELEASE_POLL_MS };
  if (pod) {
    const at = dueAtMs(pod, nodeId, context);
    if (at === null) return 'done';
    if (at > nowMs) return { lookAgainAtMs: at };
    if (!(await free(kube, pod))) return { lookAgainAtMs: nowMs + RELEASE_POLL_MS };
  }
  try {
    await kube.delete(
      { type: resources.pods, namespace, name: podName },
      { propagationPolicy: 'Background', ...(pod?.metadata?.uid && { preconditions: { uid: pod.metadata.uid } }) },
    );
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
  return 'done';
};

function dueAtMs(pod: Pod, nodeId: string, context: EffectContext): number | null {
  const { workflow, phaseOf, nowMs, isPodReleased, finishedAtMs } = context;
  const isGarbage = isFulfilled(phaseOf(nodeId));
  const at = isGarbage ? garbageAtMs(pod, workflow.spec.podGC, finishedAtMs) : nowMs;
  if (at === null || at > nowMs) return at;
  return isPodReleased(pod) ? nowMs : nowMs + RELEASE_POLL_MS;
}
