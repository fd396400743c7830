import { createHash } from 'node:crypto';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { CommandBody } from '@argosy/link-protocol';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import type { Workflow } from '@argosy/workflow-spec';
import type { CommandOutcome } from './command-runner.js';

type BodyOf<T extends CommandBody['type']> = Extract<CommandBody, { type: T }>;

/** The name is the run's own, so a workflow that exists with the run's id is the one that was created before a crash. */
export async function createWorkflow(
  kube: KubeApi,
  { runId, workflow: given }: BodyOf<'CreateWorkflow'>,
  epoch: number,
): Promise<CommandOutcome> {
  const workflow = labelled(given as unknown as Workflow, runId, epoch);
  const { namespace, name = '' } = workflow.metadata;
  try {
    await kube.create<Workflow>(resources.workflows, workflow);
    return { ok: true };
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) {
      const existing = await kube.get<KubeObject>({ type: resources.workflows, namespace, name });
      if (existing.metadata?.labels?.[RUN_ID_LABEL] === runId) return { ok: true };
      const message = `a workflow called ${name} exists already in namespace ${namespace ?? ''}`;
      return { ok: false, code: 'already-exists', message };
    }
    if (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden', 'NotFound'))
      return { ok: false, code: 'invalid', message: error.message };
    throw error;
  }
}

/** Only the run's own object: another one of the same name is somebody else's. */
export async function deleteWorkflow(
  kube: KubeApi,
  { runId, namespace, name }: BodyOf<'DeleteWorkflow'>,
): Promise<CommandOutcome> {
  const ref = { type: resources.workflows, namespace, name };
  try {
    const { metadata } = await kube.get<KubeObject>(ref);
    const label = metadata?.labels?.[RUN_ID_LABEL];
    if (label !== undefined && label !== runId) return { ok: true };
    await kube.delete(ref, {
      propagationPolicy: 'Background',
      ...(metadata?.uid !== undefined && { preconditions: { uid: metadata.uid } }),
    });
  } catch (error) {
    if (!isKubeError(error, 'NotFound', 'Conflict')) throw error;
  }
  return { ok: true };
}

function labelled(workflow: Workflow, runId: string, epoch: number): Workflow {
  const { generateName = 'run-', ...metadata } = workflow.metadata;
  const suffix = createHash('sha256').update(runId).digest('hex').slice(0, 10);
  return {
    ...workflow,
    metadata: {
      ...metadata,
      name: metadata.name ?? `${generateName}${suffix}`,
      namespace: metadata.namespace ?? 'default',
      labels: { ...metadata.labels, [RUN_ID_LABEL]: runId },
      annotations: { ...metadata.annotations, [EPOCH_ANNOTATION]: String(epoch) },
    },
  };
}
