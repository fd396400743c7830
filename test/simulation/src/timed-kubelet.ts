import type { Clock, InMemoryKube } from '@argosy/kube';
import { isKubeError, kubeTime, resources } from '@argosy/kube';
import type { Pod } from '@argosy/workflow-spec';
import type { PodOutcome } from '@argosy/workflow-engine/testing';

interface Plan {
  readonly outcome: PodOutcome;
  /** Instead of running. */
  readonly isEvicted: boolean;
  readonly runsAt: number;
  readonly readyAt: number;
  readonly endsAt: number;
}
type PodStatus = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];

/** Plays the nodes of a cluster: pods run, get ready, end and vanish when their script says so. */
export class TimedKubelet {
  /** Names under which a program ran to its end and another one began after it. */
  readonly repeated: string[] = [];
  private readonly finished = new Set<string>();
  private readonly plans = new Map<string, Plan>();
  private readonly incarnations = new Map<string, number>();

  constructor(
    private readonly kube: InMemoryKube,
    private readonly clock: Clock,
    private readonly script: (podName: string) => PodOutcome,
    /** Whether the pod is evicted before it runs; counted from 1, how many of its name there have been. */
    private readonly isEvicted: (podName: string, incarnation: number) => boolean = () => false,
  ) {}

  /** Carries out what is due by now. Returns whether anything was. */
  async step(): Promise<boolean> {
    const { items } = await this.kube.list<Pod>(resources.pods);
    let happened = false;
    for (const pod of items) {
      const status = this.next(pod, this.planOf(pod));
      if (status === undefined) continue;
      happened = true;
      await this.apply(pod, status);
    }
    return happened;
  }

  /** When a pod changes next by itself; undefined when none will. */
  async nextAt(): Promise<number | undefined> {
    const { items } = await this.kube.list<Pod>(resources.pods);
    const times = items.flatMap((pod) => {
      const { runsAt, readyAt, endsAt } = this.planOf(pod);
      if (pod.status?.phase === 'Pending') return [runsAt];
      return pod.status?.phase === 'Running' ? [readyAt, endsAt].filter((at) => at > this.clock.now()) : [];
    });
    const finite = times.filter(Number.isFinite);
    return finite.length > 0 ? Math.min(...finite) : undefined;
  }

  private planOf({ metadata }: Pod): Plan {
    const uid = metadata?.uid ?? '';
    let plan = this.plans.get(uid);
    if (!plan) {
      const name = metadata?.name ?? '';
      const outcome = this.script(name);
      const incarnation = (this.incarnations.get(name) ?? 0) + 1;
      this.incarnations.set(name, incarnation);
      const { runsAfterMs = 1_000, endsAfterMs = 2_000, readyAfterMs = runsAfterMs } = outcome;
      const now = this.clock.now();
      const endsAt = endsAfterMs === 'never' ? Number.POSITIVE_INFINITY : now + Math.max(endsAfterMs, runsAfterMs);
      const isEvicted = this.isEvicted(name, incarnation);
      plan = { outcome, isEvicted, runsAt: now + runsAfterMs, readyAt: now + readyAfterMs, endsAt };
      this.plans.set(uid, plan);
    }
    return plan;
  }

  /** What becomes of a pod now; null when its object goes away. */
  private next(pod: Pod, plan: Plan): PodStatus | null | undefined {
    const now = this.clock.now();
    const phase = pod.status?.phase;
    const { deletionTimestamp, finalizers = [] } = pod.metadata ?? {};
    if (deletionTimestamp && finalizers.length === 0) return null;
    // One that has to stay tells first how it ended.
    if (deletionTimestamp) return phase === 'Running' ? this.ended({ exitCode: 137 }) : undefined;
    if (phase === 'Pending') {
      if (plan.runsAt > now) return undefined;
      if (plan.isEvicted)
        return { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };
      const name = pod.metadata?.name ?? '';
      if (this.finished.has(name)) this.repeated.push(name);
      return this.running(now, plan);
    }
    if (phase !== 'Running') return undefined;
    if (pod.spec?.activeDeadlineSeconds === 1) return { ...this.ended({ exitCode: 143 }), ...KILLED };
    if (plan.endsAt <= now) {
      if (plan.outcome.vanishes) return null;
      this.finished.add(pod.metadata?.name ?? '');
      return this.ended(plan.outcome);
    }
    const isReady = pod.status?.containerStatuses?.[0]?.ready ?? false;
    return !isReady && plan.readyAt <= now ? this.running(now, plan) : undefined;
  }

  private async apply(pod: Pod, status: PodStatus | null): Promise<void> {
    const { name = '', namespace } = pod.metadata ?? {};
    const ref = { type: resources.pods, namespace, name };
    try {
      if (status === null) await this.kube.delete(ref, { gracePeriodSeconds: 0 });
      else await this.kube.patch(ref, 'merge', { status }, 'status');
    } catch (error) {
      // Somebody deleted it meanwhile.
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }

  private running(now: number, { readyAt }: Plan): PodStatus {
    const ready = readyAt <= now;
    const startedAt = kubeTime(now);
    return {
      phase: 'Running',
      startTime: startedAt,
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [container({ running: { startedAt } }, ready)],
    };
  }

  private ended({ phase = 'Succeeded', exitCode = phase === 'Succeeded' ? 0 : 1, result }: PodOutcome): PodStatus {
    const finishedAt = kubeTime(this.clock.now());
    if (phase === 'Error')
      return {
        phase: 'Failed',
        containerStatuses: [container({ waiting: { reason: 'CreateContainerError', message: 'it could not start' } })],
      };
    const message = JSON.stringify({ v: 1, ...(result !== undefined && { result }) });
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    return {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [container({ terminated: { exitCode, reason, message, finishedAt, startedAt: finishedAt } })],
    };
  }
}

const KILLED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

const container = (state: object, ready = false): ContainerStatus => ({
  name: 'main',
  image: '',
  imageID: '',
  ready,
  restartCount: 0,
  state,
});
