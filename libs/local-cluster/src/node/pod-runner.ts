import { join } from 'node:path';
import { isKubeError, kubeTime, resources, sleep } from '@argosy/kube';
import type { KubeApi, KubeObject } from '@argosy/kube';
import type { Container, Pod, PodStatus } from 'kubernetes-types/core/v1.js';
import { NotReady } from './environment.js';
import type { NodeContext } from './pod-container.js';
import { PodContainer } from './pod-container.js';
import type { PodOutcome } from './pod-status.js';
import { podStatus } from './pod-status.js';
import type { ReadyVolume } from './volumes.js';
import { prepareVolumes } from './volumes.js';

const VOLUME_RETRY_MS = 1_000;
const DEFAULT_GRACE_SECONDS = 30;
/** How long a status that could not be written waits for the next attempt. */
const WRITE_RETRY_MS = 1_000;

/** Runs one pod from its volumes to its last status, as a kubelet does. */
export class PodRunner {
  /** Resolves when nothing of the pod runs any more and its last status is written. */
  readonly finished: Promise<void>;
  private readonly init: PodContainer[];
  private readonly main: PodContainer[];
  private readonly sidecars: Promise<void>[] = [];
  private readonly stopping = new AbortController();
  private readonly stoppingSidecars = new AbortController();
  private readonly startTime: string;
  private isInitialized = false;
  private outcome: PodOutcome | undefined;
  private written: PodStatus | undefined;
  private isDirty = false;
  private isGone = false;
  private writing: Promise<void> | undefined;
  private cancelDeadline: (() => void) | undefined;
  private deadlineSeconds: number | undefined;
  private forced: PodOutcome | undefined;

  constructor(
    private readonly pod: Pod,
    private readonly directory: string,
    private readonly api: KubeApi,
    private readonly node: NodeContext,
  ) {
    this.startTime = kubeTime(node.clock.now());
    const make = (spec: Container): PodContainer =>
      new PodContainer(spec, pod, join(directory, 'containers', spec.name), node, () => this.changed());
    this.init = (pod.spec?.initContainers ?? []).map(make);
    this.main = (pod.spec?.containers ?? []).map(make);
    this.finished = this.run();
  }

  container(name: string): PodContainer | undefined {
    return [...this.main, ...this.init].find(({ spec }) => spec.name === name);
  }

  /** Asks everything to end within the grace; `outcome` overrides what the exit codes would say. */
  stop(graceSeconds: number, outcome?: PodOutcome): void {
    this.forced ??= outcome;
    const graceMs = graceSeconds * 1000;
    this.stopping.abort();
    this.stoppingSidecars.abort();
    for (const container of [...this.init, ...this.main]) container.stop(graceMs);
  }

  /** The object is gone: nobody is to be told any more. */
  kill(): void {
    this.isGone = true;
    this.stop(0);
  }

  private async run(): Promise<void> {
    this.setDeadline(this.pod.spec?.activeDeadlineSeconds);
    try {
      const volumes = await this.volumes();
      if (volumes && (await this.initialize(volumes))) await this.runMain(volumes);
    } catch (error) {
      this.stop(0, { phase: 'Failed', reason: 'NodeError', message: (error as Error).message });
    }
    await this.stopSidecars();
    this.cancelDeadline?.();
    this.outcome = this.forced ?? this.outcomeOfContainers();
    this.changed();
    await this.writing;
  }

  private async volumes(): Promise<Map<string, ReadyVolume> | undefined> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        return await prepareVolumes(this.pod, join(this.directory, 'volumes'), this.node.sources);
      } catch (error) {
        if (!(error instanceof NotReady)) throw error;
        for (const container of [...this.init, ...this.main]) container.wait(error.reason, error.message);
        await sleep(this.node.clock, VOLUME_RETRY_MS, signal);
      }
    }
    return undefined;
  }

  /** Init containers one after another; native sidecars are only waited for until they have started. */
  private async initialize(volumes: ReadonlyMap<string, ReadyVolume>): Promise<boolean> {
    const policy = this.pod.spec?.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
    for (const container of this.init) {
      if (isSidecar(container)) {
        this.sidecars.push(container.runToEnd('Always', volumes, this.stoppingSidecars.signal));
        await container.started;
      } else {
        await container.runToEnd(policy, volumes, this.stopping.signal);
        if (container.terminated?.exitCode !== 0) return false;
      }
      if (this.stopping.signal.aborted) return false;
    }
    this.isInitialized = true;
    return true;
  }

  private async runMain(volumes: ReadonlyMap<string, ReadyVolume>): Promise<void> {
    const policy = (this.pod.spec?.restartPolicy ?? 'Always') as 'Always' | 'OnFailure' | 'Never';
    for (const container of this.main) container.wait('ContainerCreating');
    await Promise.all(this.main.map((container) => container.runToEnd(policy, volumes, this.stopping.signal)));
  }

  /** In reverse order of their start, once the others have ended. */
  private async stopSidecars(): Promise<void> {
    const graceMs = (this.pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
    this.stoppingSidecars.abort();
    if (!this.stopping.signal.aborted) {
      for (const container of this.init.filter(isSidecar).reverse()) container.stop(graceMs);
    }
    await Promise.all(this.sidecars);
  }

  private outcomeOfContainers(): PodOutcome {
    const ended = [...this.init.filter((container) => !isSidecar(container)), ...this.main];
    const hasSucceeded = ended.every((container) => container.terminated?.exitCode === 0);
    return { phase: hasSucceeded ? 'Succeeded' : 'Failed' };
  }

  /** The one thing of a pod's spec that matters and may change while it runs; seconds from its start. */
  setDeadline(seconds: number | undefined): void {
    if (seconds === this.deadlineSeconds || this.outcome) return;
    this.deadlineSeconds = seconds;
    this.cancelDeadline?.();
    if (seconds === undefined) return;
    const grace = this.pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const leftMs = Date.parse(this.startTime) + seconds * 1000 - this.node.clock.now();
    this.cancelDeadline = this.node.clock.after(Math.max(0, leftMs), () =>
      this.stop(grace, {
        phase: 'Failed',
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      }),
    );
  }

  private changed(): void {
    this.isDirty = true;
    // Changes within one turn, and those during a write, go out together.
    this.writing ??= Promise.resolve().then(() => this.writeAll());
  }

  private async writeAll(): Promise<void> {
    while (this.isDirty && !this.isGone) {
      this.isDirty = false;
      const view = {
        pod: this.pod,
        startTime: this.startTime,
        init: this.init,
        main: this.main,
        isInitialized: this.isInitialized,
        ...(this.outcome && { outcome: this.outcome }),
      };
      await this.write(podStatus(view, this.written, this.node.clock.now()));
    }
    this.writing = undefined;
  }

  private async write(status: PodStatus): Promise<void> {
    const { name = '', namespace = '', uid } = this.pod.metadata ?? {};
    try {
      const ref = { type: resources.pods, namespace, name };
      // The uid keeps a late status away from a new pod of the same name.
      await this.api.patch<KubeObject>(ref, 'merge', { metadata: { uid }, status }, 'status');
      this.written = status;
    } catch (error) {
      if (isKubeError(error, 'NotFound', 'Conflict')) this.isGone = true;
      else {
        this.node.onError(error);
        this.isDirty = true;
        await sleep(this.node.clock, WRITE_RETRY_MS);
      }
    }
  }
}

const isSidecar = (container: PodContainer): boolean =>
  (container.spec as { restartPolicy?: string }).restartPolicy === 'Always';
