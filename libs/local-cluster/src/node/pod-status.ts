import { kubeTime } from '@argosy/kube';
import type { Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import type { PodContainer } from './pod-container.js';

export interface PodView {
  readonly pod: Pod;
  readonly startTime: string;
  readonly init: readonly PodContainer[];
  readonly main: readonly PodContainer[];
  readonly isInitialized: boolean;
  /** Set once nothing of the pod runs any more. */
  readonly outcome?: PodOutcome;
}
export interface PodOutcome {
  readonly phase: 'Succeeded' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

/** The status of a pod as a kubelet reports it. `previous` keeps the times of conditions that did not change. */
export function podStatus(view: PodView, previous: PodStatus | undefined, nowMs: number): PodStatus {
  const phase = view.outcome?.phase ?? (view.main.some(hasBegun) ? 'Running' : 'Pending');
  const isReady = view.outcome === undefined && view.main.every((container) => container.status.ready);
  const wanted: readonly [string, boolean, string?][] = [
    ['Initialized', view.isInitialized, 'ContainersNotInitialized'],
    ['ContainersReady', isReady, view.outcome ? 'PodCompleted' : 'ContainersNotReady'],
    ['Ready', isReady, view.outcome ? 'PodCompleted' : 'ContainersNotReady'],
    ['PodScheduled', true],
  ];
  return {
    phase,
    conditions: wanted.map(([type, holds, reason]) => condition(type, holds, reason, previous, nowMs)),
    ...(view.outcome?.reason !== undefined && { reason: view.outcome.reason }),
    ...(view.outcome?.message !== undefined && { message: view.outcome.message }),
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: view.startTime,
    ...(view.init.length > 0 && { initContainerStatuses: view.init.map((container) => container.status) }),
    containerStatuses: view.main.map((container) => container.status),
  };
}

const hasBegun = (container: PodContainer): boolean => container.run !== undefined;

export function condition(
  type: string,
  holds: boolean,
  reason: string | undefined,
  previous: PodStatus | undefined,
  nowMs: number,
): PodCondition {
  const status = holds ? 'True' : 'False';
  const before = previous?.conditions?.find((other) => other.type === type && other.status === status);
  return {
    type,
    status,
    lastTransitionTime: before?.lastTransitionTime ?? kubeTime(nowMs),
    ...(!holds && reason !== undefined && { reason }),
  };
}
