import type { Clock, Informer, KubeApi, KubeError } from '@argosy/kube';
import { createInformer, resources } from '@argosy/kube';
import { LABELS } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';

export interface PodWatchOptions {
  readonly kube: KubeApi;
  readonly namespace?: string;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly onChange: (runKey: string, podName: string) => void;
  readonly onPod: (pod: Pod, deleted: boolean) => void;
  readonly onError: (error: KubeError) => void;
}

/** Index of the informer by run key. */
export const BY_RUN = 'run';

/** `namespace/name` of the workflow that an object was made for, by its label. */
export const runKeyOf = ({ metadata }: Pick<Pod, 'metadata'>): string =>
  `${metadata?.namespace ?? ''}/${metadata?.labels?.[LABELS.workflow] ?? ''}`;

/** The pods of all runs, kept up to date, and which run each belongs to. */
export function watchPods({ kube, onPod, onChange, ...options }: PodWatchOptions): Informer<Pod> {
  return createInformer<Pod>(kube, resources.pods, {
    ...options,
    labelSelector: LABELS.workflow,
    indexes: { [BY_RUN]: (pod) => [runKeyOf(pod)] },
    onChange: ({ type, object }) => {
      onPod(object, type === 'deleted');
      onChange(runKeyOf(object), object.metadata?.name ?? '');
    },
  });
}
