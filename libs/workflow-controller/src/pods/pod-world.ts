import type { Informer, KubeObject } from '@argosy/kube';
import { observePod } from '@argosy/pod-plan';
import type { PodObservation, World } from '@argosy/workflow-engine';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import type { Turns } from '../admission/turns.js';
import type { MemoLookups } from '../cache/memo-caches.js';
import type { DisruptionBudgets } from '../collection/disruption-budgets.js';
import { isOwnedBy } from '../effects/effect.js';
import type { EstimateLookups } from '../estimates/last-successes.js';
import type { Holes } from '../reconcile/holes.js';
import type { TemplateLookups } from '../templates/template-lookups.js';
import type { OverflowOutputs } from './overflow-outputs.js';
import type { PendingRequests } from '../requests/pending-requests.js';
import type { RefusedClaims } from './refused-claims.js';
import type { RefusedPods } from './refused-pods.js';
import type { ReportedProgress } from './reported-progress.js';
import type { TaskResults } from './task-results.js';

export interface WorldSources {
  readonly pods: Informer<Pod>;
  readonly claims: Informer<KubeObject>;
  /** ConfigMaps that are marked as holding parameters. */
  readonly configMaps: Informer<KubeObject>;
  readonly templates: TemplateLookups;
  readonly repositories: Pick<World, 'artifactRepositories'>;
  readonly overflow: OverflowOutputs;
  readonly taskResults: TaskResults;
  readonly progress: ReportedProgress;
  readonly refused: RefusedPods;
  readonly refusedClaims: RefusedClaims;
  readonly budgets: DisruptionBudgets;
  readonly requests: PendingRequests;
  readonly turns: Turns;
  readonly memos: MemoLookups;
  readonly estimates: EstimateLookups;
}

/**
 * What a pass over one run sees of the outside. Pods whose outputs still have to be read are put on `unread`, what else has
 * to be looked up first on `holes`.
 */
export function worldOf(
  workflow: Workflow,
  changedPods: readonly string[] | null,
  sources: WorldSources,
  unread: Map<string, Pod>,
  holes: Holes,
): World {
  const { namespace = '', name = '' } = workflow.metadata;
  return {
    changedPods,
    ...sources.templates,
    ...sources.repositories,
    pod: (podName) => {
      const pod = sources.pods.get(namespace, podName);
      // A deleted workflow of the same name may have left pods of the same names.
      if (!pod || !isOwnedBy(pod, workflow)) return sources.refused.get(`${namespace}/${name}`, podName);
      return observed(pod, sources, unread);
    },
    ...sources.memos,
    ...sources.estimates,
    isPostponed: !sources.turns.admission.admits(`${namespace}/${name}`),
    lock: (lock) => sources.turns.locks.observe(lock, workflow, holes),
    request: (nodeId) => sources.requests.observe(`${namespace}/${name}`, nodeId),
    podDisruptionBudget: () => sources.budgets.of(workflow),
    persistentVolumeClaim: (claim) =>
      sources.claims.get(namespace, claim)
        ? 'present'
        : (sources.refusedClaims.get(`${namespace}/${name}`, claim) ?? 'absent'),
    configMapKey: (configMap, key) =>
      (sources.configMaps.get(namespace, configMap) as { data?: Record<string, string> } | undefined)?.data?.[key],
  };
}

function observed(
  pod: Pod,
  { overflow, progress, taskResults }: WorldSources,
  unread: Map<string, Pod>,
): PodObservation {
  const observation = observePod(pod, {
    outputs: overflow.known(pod),
    progress: progress.of(pod),
    taskResult: taskResults.known(pod),
  });
  if (!observation.outputsPending) return observation;
  const lost = overflow.lostReason(pod) ?? taskResults.lostReason(pod);
  if (lost !== undefined) return { ...observation, phase: 'Error', message: lost, outputsPending: false };
  unread.set(observation.podName, pod);
  return observation;
}
