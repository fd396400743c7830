import { parseTerminationReport } from '@argosy/executor-protocol';
import type { ReportedOutputs, ReportOverflow } from '@argosy/executor-protocol';
import { instant } from '@argosy/workflow-engine';
import type { Instant, PodObservation } from '@argosy/workflow-engine';
import type { Outputs, Pod } from '@argosy/workflow-spec';
import { ANNOTATIONS, FINALIZERS, MAIN_CONTAINER } from '../plan/labels.js';
import { isArgoPod } from './argo-pod.js';
import { endOfFailedPod } from './failure.js';
import type { PodEnd } from './failure.js';
import { lingers } from './lingers.js';
import { neverStarted } from './never-started.js';
import { observeContainers } from './observe-containers.js';
import { resourcesDurationOf } from './resources-duration.js';

/** What the log must be read for: the pod's outputs did not fit its termination message. Undefined when they did. */
export function overflowOf(pod: Pod): ReportOverflow | undefined {
  return parseTerminationReport(mainState(pod)?.terminated?.message)?.overflow;
}

/** What is known of a pod from elsewhere. */
export interface FromElsewhere {
  /** Where `overflowOf` asked for them; until they are given, the observation says that outputs are pending. */
  readonly outputs?: ReportedOutputs | undefined;
  /** `N/M`, as its program said last. */
  readonly progress?: string | undefined;
  /** Of a pod of Argo's: the outputs in its task result, null for none. Until they are given they are pending. */
  readonly taskResult?: Outputs | null | undefined;
}

/** A pod's state in the engine's words, with Argo's messages. */
export function observePod(pod: Pod, { outputs: fromLog, progress, taskResult }: FromElsewhere = {}): PodObservation {
  const end = endOf(pod);
  const main = mainState(pod);
  const report = parseTerminationReport(main?.terminated?.message);
  const exitCode = main?.terminated?.exitCode ?? null;
  const isArgo = isArgoPod(pod) && exitCode !== null;
  const pending = isArgo ? taskResult === undefined : report?.overflow !== undefined && fromLog === undefined;
  const told = isArgo ? (taskResult ?? {}) : outputsIn(pending ? {} : (fromLog ?? report ?? {}));
  return {
    podName: pod.metadata?.name ?? '',
    nodeId: pod.metadata?.annotations?.[ANNOTATIONS.nodeId] ?? '',
    uid: pod.metadata?.uid ?? '',
    phase: end?.phase ?? (pod.status?.phase === 'Running' ? 'Running' : 'Pending'),
    message: end?.message ?? pendingMessage(pod),
    startedAt: toInstant(pod.status?.startTime),
    finishedAt: end ? finishedAt(pod) : null,
    exitCode,
    outputs: end && exitCode !== null ? { ...told, exitCode: String(exitCode) } : null,
    outputsPending: end !== undefined && pending,
    containers: observeContainers(pod),
    hostNodeName: pod.spec?.nodeName ?? '',
    podIP: pod.status?.podIP ?? '',
    ready: (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'),
    progress: (end && lastProgress(pod)) ?? progress ?? pod.metadata?.annotations?.[ANNOTATIONS.progress] ?? '',
    neverStarted: neverStarted(pod),
    lingers: lingers(pod),
    isHeldInVain: isHeld(pod) && isSettled(pod),
    resourcesDuration: end ? resourcesDurationOf(pod) : null,
  };
}

/** Whether the pod stays until it is freed. */
export const isHeld = ({ metadata }: Pod): boolean => metadata?.finalizers?.includes(FINALIZERS.status) ?? false;

/** Nothing more is to be seen: the pod has ended, or it is deleted and no node will ever take it up. */
const isSettled = ({ metadata, spec, status }: Pod): boolean =>
  status?.phase === 'Succeeded' ||
  status?.phase === 'Failed' ||
  (metadata?.deletionTimestamp !== undefined && !spec?.nodeName);

function endOf(pod: Pod): PodEnd | undefined {
  if (pod.status?.phase === 'Succeeded') return { phase: 'Succeeded', message: '' };
  if (pod.status?.phase === 'Failed' || lingers(pod)) return endOfFailedPod(pod);
  return undefined;
}

/** What programs said last, of which the one that ended last knows best. */
function lastProgress({ status }: Pod): string | undefined {
  const ended = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated ?? []);
  return ended
    .toSorted((a, b) => Date.parse(b.finishedAt ?? '') - Date.parse(a.finishedAt ?? ''))
    .map(({ message }) => parseTerminationReport(message)?.progress)
    .find((progress) => progress !== undefined);
}

/** Why a pod does not start, as Argo words it: `Unschedulable: ...`, `ImagePullBackOff: ...`. */
function pendingMessage({ status }: Pod): string {
  if (status?.phase !== 'Pending' && status?.phase !== undefined) return '';
  for (const { state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason && reason !== 'PodInitializing' && reason !== 'ContainerCreating')
      return message ? `${reason}: ${message}` : reason;
  }
  const unschedulable = (status?.conditions ?? []).find(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable',
  );
  return unschedulable ? `Unschedulable: ${unschedulable.message ?? ''}` : '';
}

function outputsIn({ parameters, result }: ReportedOutputs): Outputs {
  const entries = Object.entries(parameters ?? {});
  return {
    ...(entries.length > 0 ? { parameters: entries.map(([name, value]) => ({ name, value })) } : {}),
    ...(result === undefined ? {} : { result }),
  };
}

function mainState(pod: Pod): NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state'] {
  return pod.status?.containerStatuses?.find(({ name }) => name === MAIN_CONTAINER)?.state;
}

/** The end of the last container; for a pod that never ran, the time it became what it is. */
function finishedAt({ status }: Pod): Instant | null {
  const ends = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ state }) => state?.terminated?.finishedAt ?? [],
  );
  const changes = (status?.conditions ?? []).flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []);
  const times = (ends.length > 0 ? ends : changes).map((time) => Date.parse(time)).filter(Number.isFinite);
  return times.length > 0 ? instant(Math.max(...times)) : null;
}

const toInstant = (time: string | undefined): Instant | null => (time ? instant(Date.parse(time)) : null);
