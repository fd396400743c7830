import { DEADLINE_EXCEEDED, DEPENDENCY_FAILED, EXIT, parseTerminationReport } from '@argosy/executor-protocol';
import type { Pod } from '@argosy/workflow-spec';
import { ARGO_SUPERVISOR, ARGO_WAIT, isArgoPod } from './argo-pod.js';
import { programsIn } from './observe-containers.js';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

export interface PodEnd {
  readonly phase: 'Succeeded' | 'Failed' | 'Error';
  readonly message: string;
}

const SIGNALLED = new Set([137, 143]);
const POD_DEADLINE_MESSAGE = 'Pod was active on the node longer than the specified deadline';

/** How a pod that Kubernetes calls Failed, or that only lingers, really ended, in Argo's words: whose fault, and what to tell. */
export function endOfFailedPod(pod: Pod): PodEnd {
  const { status } = pod;
  const culprit = culpritOf(pod);
  if (culprit) return culprit;
  if (status?.message) return { phase: 'Failed', message: status.message };
  if (status?.reason === 'Evicted' || status?.reason === 'DeadlineExceeded')
    return { phase: 'Failed', message: status.reason };
  for (const container of initStatuses(pod)) {
    const end = endOfContainer(container, 'Error');
    if (end) return end;
  }
  const programs = new Set(programsIn(pod).map(({ container }) => container.name));
  const [mains, others] = partition(status?.containerStatuses ?? [], ({ name }) => programs.has(name));
  const [tellers, strangers] = partition(others, ({ name }) => isArgoPod(pod) && TELLERS.has(name));
  // Before main it fetches what main needs, and main ends because of it.
  for (const container of tellers.filter(({ name }) => name === ARGO_SUPERVISOR)) {
    const end = endOfContainer(container, 'Error');
    if (end) return end;
  }
  for (const container of mains) {
    const end = endOfMain(container);
    if (end) return end;
  }
  for (const container of tellers) {
    const end = endOfContainer(container, 'Error');
    if (end) return end;
  }
  // Not planned by us: somebody's webhook put them there.
  for (const container of strangers) {
    // Ended because main has ended; that is no failure of theirs.
    if (SIGNALLED.has(container.state?.terminated?.exitCode ?? 0)) continue;
    const end = endOfContainer(container, 'Failed');
    if (end) return end;
  }
  return endUnseen(pod, mains, tellers);
}

const TELLERS: ReadonlySet<string> = new Set([ARGO_SUPERVISOR, ARGO_WAIT]);

/** Nobody is to blame: either all went well, or nobody saw how it went. */
function endUnseen(
  { metadata, status }: Pod,
  mains: readonly ContainerStatus[],
  tellers: readonly ContainerStatus[],
): PodEnd {
  const { name = '', namespace = '' } = metadata ?? {};
  if (mains.length === 0)
    return { phase: 'Failed', message: `can't find failed message for pod ${name} namespace ${namespace}` };
  // A machine that went away with the pod on it; of one that only lingers what runs is no program.
  const isUnseen = ({ state }: ContainerStatus): boolean =>
    !state?.terminated && !(status?.phase === 'Running' && state?.running);
  const [main, teller] = [mains.find(isUnseen)?.name, tellers.find(isUnseen)?.name];
  if (main && teller)
    return { phase: 'Failed', message: `pod failed: neither ${main} nor ${teller} container completed successfully` };
  if (main || teller)
    return { phase: 'Failed', message: `pod failed: ${main ?? teller} container did not complete successfully` };
  // Kubernetes failed the pod although main ended well, e.g. because a container besides it had to be killed.
  return { phase: 'Succeeded', message: '' };
}

/**
 * Of a container set the program that failed by itself. The others ended because of it: they were told to, the pod with
 * them, or what they waited for did not come.
 */
function culpritOf(pod: Pod): PodEnd | undefined {
  const programs = programsIn(pod);
  if (programs.length < 2) return undefined;
  const ended = programs.flatMap(({ status }) => (status?.state?.terminated?.exitCode ? [status] : []));
  const own = ended.filter(({ state }) => !SIGNALLED.has(state?.terminated?.exitCode ?? 0) && !hasWaited(state));
  return own[0] && endOfMain(own[0]);
}

const hasWaited = (state: ContainerStatus['state']): boolean =>
  state?.terminated?.exitCode === EXIT.cannotStart &&
  parseTerminationReport(state.terminated.message)?.error?.startsWith(DEPENDENCY_FAILED) === true;

/** Containers that had to end before main began; sidecars stand among them in the status, and how they end is no matter. */
function initStatuses({ spec, status }: Pod): ContainerStatus[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const names = new Set(sidecars.map(({ name }) => name));
  return (status?.initContainerStatuses ?? []).filter(({ name }) => !names.has(name));
}

function endOfMain(container: ContainerStatus): PodEnd | undefined {
  const { terminated } = container.state ?? {};
  const report = parseTerminationReport(terminated?.message);
  if (terminated?.exitCode === EXIT.outputMissing && report?.error) return { phase: 'Error', message: report.error };
  // What the kubelet says when it is the first to notice.
  if (report?.error === DEADLINE_EXCEEDED) return { phase: 'Failed', message: POD_DEADLINE_MESSAGE };
  return endOfContainer(container, 'Failed');
}

function endOfContainer({ name, state }: ContainerStatus, phase: 'Failed' | 'Error'): PodEnd | undefined {
  if (state?.waiting)
    return {
      phase: 'Error',
      message: `Pod failed before ${name} container starts due to ${[state.waiting.reason, state.waiting.message].filter(Boolean).join(': ')}`,
    };
  const { terminated } = state ?? {};
  if (!terminated || terminated.exitCode === 0) return undefined;
  // Of what the supervisor reports only the reason is for people; what another program left there is, all of it.
  const report = parseTerminationReport(terminated.message);
  const left = (report ? (report.error ?? '') : (terminated.message ?? '')).trim();
  return {
    phase,
    message: `${name}: ${terminated.reason || 'Error'} (exit code ${terminated.exitCode})${left ? `: ${left}` : ''}`,
  };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
