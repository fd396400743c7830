import type { Informer, KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { isHeld, LABELS } from '@argosy/pod-plan';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import { free } from '../effects/free-pod.effect.js';
import type { ControllerLogger } from '../ports.js';

export interface AbandonedPodsOptions {
  readonly kube: KubeApi;
  readonly logger: ControllerLogger;
}

/**
 * Frees pods that are held until their end is on record, when the run in whose record it would be is gone or going: its
 * passes do not come any more, and without this Kubernetes could never delete them.
 */
export class AbandonedPods {
  constructor(private readonly options: AbandonedPodsOptions) {}

  /** What fails is found again when the pod changes, or by the next sweep. */
  look(pods: Iterable<Pod>, workflows: Informer<Workflow>): void {
    for (const pod of pods) if (isHeld(pod) && !this.mayBeRecorded(pod, workflows)) void this.freeAbandoned(pod);
  }

  private mayBeRecorded(pod: Pod, workflows: Informer<Workflow>): boolean {
    return isAlive(workflows.get(pod.metadata?.namespace ?? '', runNameOf(pod)), pod);
  }

  private async freeAbandoned(pod: Pod): Promise<void> {
    const { kube, logger } = this.options;
    try {
      // The watch of the workflows may be behind that of the pods.
      if (!isAlive(await this.currentRun(pod), pod)) await free(kube, pod);
    } catch (error) {
      logger.warn({ pod: pod.metadata?.name, err: error }, 'Could not let go of a pod whose workflow is gone');
    }
  }

  private async currentRun(pod: Pod): Promise<Workflow | undefined> {
    const ref = { type: resources.workflows, namespace: pod.metadata?.namespace, name: runNameOf(pod) };
    try {
      return await this.options.kube.get<Workflow>(ref);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

const runNameOf = ({ metadata }: Pod): string => metadata?.labels?.[LABELS.workflow] ?? '';

const isAlive = (workflow: Workflow | undefined, { metadata }: Pod): boolean =>
  workflow !== undefined &&
  workflow.metadata.deletionTimestamp === undefined &&
  (metadata?.ownerReferences ?? []).some(({ uid }) => uid === workflow.metadata.uid);
