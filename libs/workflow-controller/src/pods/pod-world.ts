import type { Informer, KubeObject } from '@argosy/kube';
import { observePod } from '@argosy/pod-plan';
import type { PodObservation, World } from '@argosy/workflow-engine';
import type { Pod } from '@argosy/workflow-spec';
import type { OverflowOutputs } from './overflow-outputs.js';
import type { RefusedPods } from './refused-pods.js';

export interface WorldSources {
  readonly pods: Informer<Pod>;
  readonly claims: Informer<KubeObject>;
  readonly overflow: OverflowOutputs;
  readonly refused: RefusedPods;
}

/** What a pass over one run sees of the outside. Pods whose outputs still have to be read are put on `unread`. */
export function worldOf(
  namespace: string,
  changedPods: readonly string[] | null,
  sources: WorldSources,
  unread: Map<string, Pod>,
): World {
  return {
    changedPods,
    pod: (podName) => {
      const pod = sources.pods.get(namespace, podName);
      if (!pod) return sources.refused.get(namespace, podName);
      return observed(pod, sources, unread);
    },
    persistentVolumeClaim: (name) => (sources.claims.get(namespace, name) ? 'present' : 'absent'),
  };
}

function observed(pod: Pod, { overflow }: WorldSources, unread: Map<string, Pod>): PodObservation {
  const observation = observePod(pod, overflow.known(pod));
  if (!observation.outputsPending) return observation;
  const lost = overflow.lostReason(pod);
  if (lost !== undefined) return { ...observation, phase: 'Error', message: lost, outputsPending: false };
  unread.set(observation.podName, pod);
  return observation;
}
