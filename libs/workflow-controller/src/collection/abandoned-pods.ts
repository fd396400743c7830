import type { Clock, KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { isHeld, LABELS } from '@argosy/pod-plan';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import { free } from '../effects/free-pod.effect.js';
import type { Informers } from '../informers.js';
import { BY_RUN } from '../pods/pod-watch.js';
import type { ControllerLogger } from '../ports.js';

export interface AbandonedPodsOptions {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly logger: ControllerLogger;
  /** Undefined until they are known: till then nothing is abandoned. */
  readonly informers: () => Pick<Informers, 'pods' | 'workflows'> | undefined;
}

const RETRY_MS = 30_000;

/**
 * Frees pods that are held until their end is on record, when the run in whose record it would be is gone or going: its
 * passes do not come any more, and without this Kubernetes could never delete them.
 */
export class AbandonedPods {
  private cancelRetry: (() => void) | undefined;
  private isStopped = false;

  constructor(private readonly options: AbandonedPodsOptions) {}

  look(pods: Iterable<Pod>): void {
    const { workflows } = this.options.informers() ?? {};
    if (!workflows) return;
    for (const pod of pods) {
      const known = workflows.get(pod.metadata?.namespace ?? '', runNameOf(pod));
      if (isHeld(pod) && !isAlive(known, pod)) void this.freeAbandoned(pod);
    }
  }

  lookAtAll(): void {
    this.look(this.options.informers()?.pods.list() ?? []);
  }

  lookAtRun(runKey: string): void {
    this.look(this.options.informers()?.pods.byIndex(BY_RUN, runKey) ?? []);
  }

  stop(): void {
    this.isStopped = true;
    this.cancelRetry?.();
  }

  private async freeAbandoned(pod: Pod): Promise<void> {
    const { kube, logger } = this.options;
    try {
      // The watch of the workflows may be behind that of the pods.
      if (isAlive(await this.currentRun(pod), pod) || (await free(kube, pod))) return;
    } catch (error) {
      logger.warn({ pod: pod.metadata?.name, err: error }, 'Could not let go of a pod whose workflow is gone');
    }
    this.planRetry();
  }

  private planRetry(): void {
    // What was under way when it was stopped fails now.
    if (this.isStopped) return;
    this.cancelRetry ??= this.options.clock.after(RETRY_MS, () => {
      this.cancelRetry = undefined;
      this.lookAtAll();
    });
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
