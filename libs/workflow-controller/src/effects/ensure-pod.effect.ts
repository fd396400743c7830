import { isKubeError, resources } from '@argosy/kube';
import { planPod, PodPlanError } from '@argosy/pod-plan';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect, EffectContext } from './effect.js';

/** Creates the pod. Its name is the node's, so one that exists and is this workflow's is the one that was wanted. */
export const ensurePod: Effect<'EnsurePod'> = async (command, context) => {
  try {
    const pod = planPod(command, context);
    context.observePod(await context.kube.create<Pod>(resources.pods, pod));
    return 'done';
  } catch (error) {
    if (error instanceof PodPlanError) return refuse(command, context, error.message);
    if (isKubeError(error, 'AlreadyExists')) return adopt(command, context);
    // A quota says Forbidden too, and gives way in time; everything else the API will refuse again.
    const isQuota = isKubeError(error, 'Forbidden') && error.message.includes('exceeded quota');
    if (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden') && !isQuota)
      return refuse(command, context, error.message);
    throw error;
  }
};

function refuse(command: EnsurePod, { refused, workflow, nowMs }: EffectContext, message: string): 'again' {
  refused.add(workflow.metadata.namespace ?? '', command.podName, command.nodeId, message, nowMs);
  return 'again';
}

async function adopt(command: EnsurePod, context: EffectContext): Promise<'done' | 'again'> {
  const { kube, workflow } = context;
  const pod = await kube.get<Pod>({
    type: resources.pods,
    namespace: workflow.metadata.namespace,
    name: command.podName,
  });
  if (pod.metadata?.ownerReferences?.some(({ uid }) => uid === workflow.metadata.uid)) {
    context.observePod(pod);
    return 'done';
  }
  // On its way out (it was a deleted workflow's of the same name): its place will be free soon.
  if (pod.metadata?.deletionTimestamp) return 'again';
  return refuse(command, context, `pod ${command.podName} exists already and does not belong to this workflow`);
}
