import type { KubeApi } from '@argosy/kube';
import { resources } from '@argosy/kube';
import type { WorkflowPatch } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';

/**
 * Writes what a pass decided, if nobody has written the object since. Throws KubeError: Conflict when somebody has, so that
 * the pass is discarded with nothing done; NotFound when the object is gone.
 */
export async function persist(
  kube: KubeApi,
  workflow: Omit<Workflow, 'status'>,
  resourceVersion: string,
  patch: WorkflowPatch,
): Promise<Workflow> {
  const { name = '', namespace, uid } = workflow.metadata;
  return kube.patch<Workflow>({ type: resources.workflows, namespace, name }, 'merge', {
    ...patch,
    // The uid keeps a patch meant for a deleted object away from a new one of the same name.
    metadata: { ...patch.metadata, resourceVersion, uid },
  });
}
