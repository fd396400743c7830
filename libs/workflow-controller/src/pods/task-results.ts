import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { ANNOTATIONS, LABELS } from '@argosy/pod-plan';
import type { Outputs, Pod, WorkflowTaskResult } from '@argosy/workflow-spec';

/** Reads for one pod before it counts as one that has told nothing. With the queue's back-off that is about a minute. */
const MOST_READS = 10;
/** Before what it has told counts as all: about ten minutes, as in Argo. */
const MOST_READS_OF_PARTS = 20;

/**
 * Outputs of pods that Argo's controller made before the run was taken over: they come in a WorkflowTaskResult that is named
 * like the node. Keeps what it found until the pod is gone.
 */
export class TaskResults {
  private readonly found = new Map<string, Outputs | null>();
  private readonly lost = new Map<string, string>();
  private readonly reads = new Map<string, number>();

  constructor(private readonly kube: KubeApi) {}

  /** Null when there are none; undefined when nobody has looked yet. */
  known(pod: Pod): Outputs | null | undefined {
    return this.found.get(pod.metadata?.uid ?? '');
  }

  /** Why the outputs of this pod will never come; undefined while there is hope. */
  lostReason(pod: Pod): string | undefined {
    return this.lost.get(pod.metadata?.uid ?? '');
  }

  /** Looks once. Returns whether a pass can go on with what is known. */
  async fetch(pod: Pod): Promise<boolean> {
    const { uid = '', name = '', namespace, annotations = {} } = pod.metadata ?? {};
    const reads = (this.reads.get(uid) ?? 0) + 1;
    this.reads.set(uid, reads);
    const nodeId = annotations[ANNOTATIONS.nodeId] ?? '';
    const ref = { type: resources.workflowTaskResults, namespace, name: nodeId };
    try {
      const result = await this.kube.get<WorkflowTaskResult>(ref);
      if (isComplete(result) || reads >= MOST_READS_OF_PARTS) this.found.set(uid, result.outputs ?? null);
    } catch (error) {
      if (reads < MOST_READS) return false;
      if (isKubeError(error, 'NotFound')) this.found.set(uid, null);
      else this.lost.set(uid, `outputs of pod ${name} cannot be read: ${(error as Error).message}`);
    }
    return this.found.has(uid) || this.lost.has(uid);
  }

  forget(pod: Pod): void {
    const { uid = '' } = pod.metadata ?? {};
    for (const memory of [this.found, this.lost, this.reads]) memory.delete(uid);
  }
}

/** Argo before 3.5 does not say so; there the object comes when everything is in it. */
const isComplete = ({ metadata }: WorkflowTaskResult): boolean => metadata.labels?.[LABELS.outputsReported] !== 'false';
