import type { NeverStarted } from '@argosy/workflow-engine';
import type { Pod } from '@argosy/workflow-spec';
import { MAIN_CONTAINER } from '../plan/labels.js';
import { programsIn } from './observe-containers.js';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** Kubernetes' reasons that say nothing of the pod itself: somewhere else it may well run. */
const OF_THE_CLUSTER = new Set(['Evicted', 'NodeShutdown', 'NodeAffinity', 'UnexpectedAdmissionError']);

/** Why a failed pod never began; null when a program of the step may have run, now or before its container was started again. */
export function neverStarted(pod: Pod): NeverStarted | null {
  const { phase, reason = '', message = '', containerStatuses = [] } = pod.status ?? {};
  if (phase !== 'Failed' || !OF_THE_CLUSTER.has(reason)) return null;
  const programs = new Set([MAIN_CONTAINER, ...programsIn(pod).map(({ container }) => container.name)]);
  const hasBegun = containerStatuses.some((status) => programs.has(status.name) && mayHaveBegun(status));
  return hasBegun ? null : { reason, message };
}

/** A kubelet that has lost a container says when it began no more: that it had been made is all there is to see. */
const mayHaveBegun = ({ state, lastState, containerID }: ContainerStatus): boolean =>
  Boolean(state?.running ?? state?.terminated?.startedAt ?? lastState?.running ?? lastState?.terminated) ||
  Boolean(containerID);
