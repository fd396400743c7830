import { mkdirSync } from 'node:fs';
import type { Clock } from '@argosy/kube';
import { sleep } from '@argosy/kube';
import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from 'kubernetes-types/core/v1.js';
import type { NanoClock } from './container-log.js';
import { containerId, ContainerRun } from './container-run.js';
import { buildEnvironment, NotReady } from './environment.js';
import type { Isolation } from './isolation/isolation.js';
import { MountRefused } from './isolation/view.js';
import type { Leftovers } from './leftovers.js';
import { watchProbe } from './probe.js';
import type { ReadyVolume, VolumeSources } from './volumes.js';
import { containerMounts } from './volumes.js';

/** What all containers of a node share. */
export interface NodeContext {
  readonly isolation: Isolation;
  readonly leftovers: Leftovers;
  readonly clock: Clock;
  readonly nanoClock: NanoClock;
  readonly sources: VolumeSources;
  /** Environment that every container has, as an image would give it: at least PATH. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Told of what went wrong and is tried again. */
  readonly onError: (error: unknown) => void;
}

const RETRY_MS = 1_000;
const FIRST_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;

/** One container of a pod over all its runs: what its status says, and the restarts its policy asks for. */
export class PodContainer {
  run: ContainerRun | undefined;
  private state: ContainerState = { waiting: { reason: 'PodInitializing' } };
  private lastState: ContainerState = {};
  private restarts = 0;
  private isReady = false;
  private isStarted = false;
  private markStarted!: () => void;
  /** Resolves when the container has begun (and its startup probe agrees), or will never. */
  readonly started = new Promise<void>((resolve) => (this.markStarted = resolve));

  constructor(
    readonly spec: Container,
    private readonly pod: Pod,
    private readonly directory: string,
    private readonly node: NodeContext,
    private readonly onChange: () => void,
  ) {
    mkdirSync(directory, { recursive: true });
  }

  get status(): ContainerStatus {
    return {
      name: this.spec.name,
      image: this.spec.image ?? '',
      imageID: '',
      ready: this.isReady,
      started: this.isStarted,
      restartCount: this.restarts,
      state: this.state,
      lastState: this.lastState,
      ...(this.run && { containerID: containerId(this.pod, this.spec, this.restarts) }),
    };
  }

  get terminated(): ContainerStateTerminated | undefined {
    return this.state.terminated;
  }

  get isRunning(): boolean {
    return this.state.running !== undefined;
  }

  wait(reason: string, message?: string): void {
    if (this.state.terminated) return;
    this.set({ waiting: { reason, ...(message !== undefined && { message }) } });
  }

  /** Runs until the policy is content or the signal says that the pod ends. */
  async runToEnd(
    policy: 'Always' | 'OnFailure' | 'Never',
    volumes: ReadonlyMap<string, ReadyVolume>,
    signal: AbortSignal,
  ): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    try {
      while (!signal.aborted) {
        const run = await this.begin(volumes, signal);
        if (!run) return;
        const terminated = await this.follow(run);
        if (signal.aborted || policy === 'Never' || (policy === 'OnFailure' && terminated.exitCode === 0)) return;
        this.lastState = { terminated };
        this.set({
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off ${backoffMs / 1000}s restarting failed container=${this.spec.name} pod=${this.pod.metadata?.name ?? ''}`,
          },
        });
        await sleep(this.node.clock, backoffMs, signal);
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
        if (signal.aborted) return this.set({ terminated });
        this.restarts += 1;
      }
    } finally {
      this.markStarted();
    }
  }

  stop(graceMs: number): void {
    this.run?.stop(graceMs);
  }

  private async begin(
    volumes: ReadonlyMap<string, ReadyVolume>,
    signal: AbortSignal,
  ): Promise<ContainerRun | undefined> {
    while (!signal.aborted) {
      try {
        const env = await this.environment();
        this.checkCommand();
        const mounts = containerMounts(this.spec, volumes, env);
        // The pod may have been stopped while its configuration was read.
        if (signal.aborted) return undefined;
        const { isolation, leftovers, clock, nanoClock } = this.node;
        const { pod, spec: container, directory, restarts: run } = this;
        this.run = new ContainerRun({
          pod,
          container,
          env,
          mounts,
          directory,
          run,
          isolation,
          leftovers,
          clock,
          nanoClock,
        });
        return this.run;
      } catch (error) {
        if (!(error instanceof NotReady) && !(error instanceof MountRefused)) throw error;
        this.wait(error instanceof NotReady ? error.reason : 'CreateContainerError', error.message);
        await sleep(this.node.clock, RETRY_MS, signal);
      }
    }
    return undefined;
  }

  private async environment(): Promise<Record<string, string>> {
    const { baseEnv, sources } = this.node;
    const declared = await buildEnvironment(this.pod, this.spec, sources.read, sources.capacity);
    return { ...baseEnv, HOSTNAME: this.pod.spec?.hostname ?? this.pod.metadata?.name ?? '', ...declared };
  }

  private checkCommand(): void {
    if (this.spec.command !== undefined && this.spec.command.length > 0) return;
    throw new NotReady(
      'ErrImagePull',
      `image "${this.spec.image ?? ''}" is not pulled: a local cluster runs programs of this machine, so container "${this.spec.name}" needs a command`,
    );
  }

  private async follow(run: ContainerRun): Promise<ContainerStateTerminated> {
    this.isStarted = this.spec.startupProbe === undefined;
    this.isReady = this.isStarted && this.spec.readinessProbe === undefined;
    this.set({ running: { startedAt: run.startedAt } });
    if (this.isStarted) this.markStarted();
    const probing = new AbortController();
    const probes = this.probe(run, probing.signal);
    const terminated = await run.ended;
    probing.abort();
    await probes;
    this.isReady = false;
    this.isStarted = false;
    this.set({ terminated });
    return terminated;
  }

  private async probe(run: ContainerRun, signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.spec;
    const { clock } = this.node;
    const graceMs = (this.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
    if (startupProbe) {
      const starting = new AbortController();
      const onVerdict = (isHealthy: boolean): void => {
        starting.abort();
        if (!isHealthy) return run.stop(graceMs);
        this.isStarted = true;
        this.isReady = readinessProbe === undefined;
        this.markStarted();
        this.onChange();
      };
      const either = AbortSignal.any([signal, starting.signal]);
      await watchProbe(startupProbe, this.spec, run, { clock, signal: either, onVerdict });
      if (!this.isStarted) return;
    }
    const onReady = (isHealthy: boolean): void => {
      this.isReady = isHealthy;
      this.onChange();
    };
    const onAlive = (isHealthy: boolean): void => {
      if (!isHealthy) run.stop(graceMs);
    };
    await Promise.all([
      readinessProbe && watchProbe(readinessProbe, this.spec, run, { clock, signal, onVerdict: onReady }),
      livenessProbe && watchProbe(livenessProbe, this.spec, run, { clock, signal, onVerdict: onAlive }),
    ]);
  }

  private set(state: ContainerState): void {
    this.state = state;
    this.onChange();
  }
}
