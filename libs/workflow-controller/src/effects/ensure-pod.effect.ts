import { isKubeError, resources } from '@argosy/kube';
import { planPod, PodPlanError } from '@argosy/pod-plan';
import type { EnsurePod } from '@argosy/workflow-engine';
import type { Pod } from '@argosy/workflow-spec';
import type { Effect, EffectContext, EffectOutcome } from './effect.js';
import { ForeignObject, isOwnedBy, runKeyOf } from './effect.js';

const PREDECESSOR_POLL_MS = 1_000;

/** Creates the pod. Its name is the node's, so one that exists and is this workflow's is the one that was wanted. */
export const ensurePod: Effect<'EnsurePod'> = async (command, context) => {
  try {
    const { images } = context;
    const workflow = { ...context.workflow, spec: { ...context.workflow.spec, ...command.settings } };
    const waiting = { runKey: runKeyOf(context), podName: command.podName };
    const pod = planPod(command, {
      ...context,
      workflow,
      ...(images.areTold && { imageCommand: (question) => images.answer(question, waiting) }),
    });
    // Whoever knows what the image runs calls for a pass that derives this command again.
    if (pod === null) return 'done';
    context.pods.observe(await context.kube.create<Pod>(resources.pods, pod));
    return 'done';
  } catch (error) {
    if (error instanceof PodPlanError) return refuse(command, context, error.message);
    if (isKubeError(error, 'AlreadyExists')) return adopt(command, context);
    if (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden') && !isQuota(error))
      return refuse(command, context, error.message);
    throw error;
  }
};

/** A quota says Forbidden too, and gives way in time; everything else the API will refuse again. */
export const isQuota = (error: unknown): boolean =>
  isKubeError(error, 'Forbidden') && error.message.includes('exceeded quota');

function refuse(command: EnsurePod, context: EffectContext, message: string): EffectOutcome {
  const { refused, nowMs } = context;
  refused.add(runKeyOf(context), command.podName, command.nodeId, message, nowMs);
  return { lookAgainAtMs: nowMs };
}

async function adopt(command: EnsurePod, context: EffectContext): Promise<EffectOutcome> {
  const { kube, workflow, nowMs } = context;
  const ref = { type: resources.pods, namespace: workflow.metadata.namespace, name: command.podName };
  const pod = await kube.get<Pod>(ref);
  const { ownerReferences = [], deletionTimestamp, uid } = pod.metadata ?? {};
  if (deletionTimestamp) return { lookAgainAtMs: nowMs + PREDECESSOR_POLL_MS };
  if (isOwnedBy(pod, workflow)) {
    context.pods.observe(pod);
    return 'done';
  }
  // A deleted workflow of the same name left it, and Kubernetes has not come round to it yet.
  if (ownerReferences.some(({ kind, name }) => kind === 'Workflow' && name === workflow.metadata.name)) {
    await kube.delete(ref, { preconditions: { uid } });
    return { lookAgainAtMs: nowMs + PREDECESSOR_POLL_MS };
  }
  return refuse(command, context, new ForeignObject('pod', command.podName).message);
}
