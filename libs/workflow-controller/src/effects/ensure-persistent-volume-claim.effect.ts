import type { KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { LABELS } from '@argosy/pod-plan';
import type { EnsurePersistentVolumeClaim } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { Effect } from './effect.js';
import { isQuota } from './ensure-pod.effect.js';
import { ForeignObject, isOwnedBy, runKeyOf } from './effect.js';

/** How often it is seen whether a quota has room by now. */
const ROOM_POLL_MS = 10_000;

/** Creates the claim, owned by the workflow, so that it goes when the workflow goes. */
export const ensurePersistentVolumeClaim: Effect<'EnsurePersistentVolumeClaim'> = async (command, context) => {
  const { kube, workflow, claims, refusedClaims, nowMs } = context;
  const { namespace } = workflow.metadata;
  const { name } = command;
  try {
    claims.observe(await kube.create<KubeObject>(resources.persistentVolumeClaims, planClaim(command, workflow)));
  } catch (error) {
    if (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden')) {
      const isKnown = refusedClaims.get(runKeyOf(context), name)?.refusal === error.message;
      refusedClaims.add(runKeyOf(context), name, { refusal: error.message, mayPass: isQuota(error) });
      return { lookAgainAtMs: nowMs + (isKnown ? ROOM_POLL_MS : 0) };
    }
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const present = await kube.get<KubeObject>({ type: resources.persistentVolumeClaims, namespace, name });
    if (!isOwnedBy(present, workflow)) throw new ForeignObject('persistentvolumeclaim', name);
    claims.observe(present);
  }
  return 'done';
};

function planClaim({ name, claim }: EnsurePersistentVolumeClaim, { metadata }: Workflow): KubeObject {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', controller: true };
  const object = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...claim.metadata,
      name,
      namespace: metadata.namespace,
      labels: { ...claim.metadata?.labels, [LABELS.workflow]: metadata.name ?? '' },
      ownerReferences: [{ ...owner, name: metadata.name ?? '', uid: metadata.uid ?? '' }],
    },
    spec: claim.spec,
  };
  return object;
}
