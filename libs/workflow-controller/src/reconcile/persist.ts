import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { RunState, WorkflowPatch } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import { compressNodes } from './node-compression.js';

export interface Writing {
  readonly patch: WorkflowPatch;
  /** What the object says once the patch is applied. */
  readonly state: RunState;
  /** The version that was decided upon. */
  readonly resourceVersion: string;
  /** Whether the object holds its nodes compressed already. */
  readonly isCompressed: boolean;
}

export const isCompressed = ({ status }: Workflow): boolean => Boolean(status?.compressedNodes);

/**
 * Writes what a pass decided, if nobody has written the object since. Throws KubeError: Conflict when somebody has, so that
 * the pass is discarded with nothing done; NotFound when the object is gone. Nodes that no longer fit are written
 * compressed from then on, whole with every change.
 */
export async function persist(kube: KubeApi, { patch, state, ...writing }: Writing): Promise<Workflow> {
  const { name = '', namespace, uid } = state.workflow.metadata;
  // The uid keeps a patch meant for a deleted object away from a new one of the same name.
  const metadata = { ...patch.metadata, resourceVersion: writing.resourceVersion, uid };
  const write = (changes: object): Promise<Workflow> =>
    kube.patch<Workflow>({ type: resources.workflows, namespace, name }, 'merge', { ...patch, ...changes, metadata });
  const hasRoom = !writing.isCompressed || !patch.status?.nodes;
  try {
    if (hasRoom) return await write({});
  } catch (error) {
    if (!isTooLarge(error)) throw error;
  }
  const status = { ...patch.status, nodes: null, compressedNodes: await compressNodes(state.nodes) };
  return write({ status });
}

/** The API server's limit, or that of the database behind it. */
const isTooLarge = (error: unknown): boolean =>
  isKubeError(error) && (error.status === 413 || /request is too large|entity too large/i.test(error.message));
