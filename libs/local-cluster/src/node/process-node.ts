import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock, Informer, InformerChange, KubeApi, KubeObject, LogOptions } from '@argosy/kube';
import { createInformer, isKubeError, KubeError, kubeTime, resources, sleep, systemClock } from '@argosy/kube';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { Claims } from './claims.js';
import { systemNanoClock } from './container-log.js';
import { logPath } from './container-run.js';
import type { DataReader } from './environment.js';
import type { Isolation, Tier } from './isolation/isolation.js';
import { probeIsolation } from './isolation/probe.js';
import { Leftovers } from './leftovers.js';
import { readLog } from './log-reader.js';
import type { NodeContext } from './pod-container.js';
import { PodRunner } from './pod-runner.js';
import { condition } from './pod-status.js';
import { removeTree } from './remove-tree.js';

export interface ProcessNodeOptions {
  readonly api: KubeApi;
  /** Where pods, claims and logs are kept; made when missing. */
  readonly dataDir: string;
  readonly nodeName?: string;
  /** Pods that run at the same time; others wait as unschedulable. Default: four per processor, at least 16. */
  readonly maxPods?: number;
  /** Host directories by image reference (or repository, for whatever tag), for `volumes[].image`. */
  readonly imageVolumes?: Readonly<Record<string, string>>;
  /** Host directories that every container sees read-only; what lies below the host's `/tmp` is hidden otherwise. */
  readonly hostDirectories?: readonly string[];
  readonly isolation?: Tier | 'auto';
  /** Environment of every container before its own. Default: this process's PATH and HOME. */
  readonly baseEnv?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Told of failures that are tried again. */
  readonly onError?: (error: unknown) => void;
}
export interface ProcessNode {
  readonly isolation: Tier;
  /** The output of a container, while its pod object exists. */
  logs(pod: KubeObject, options: LogOptions): AsyncIterable<Uint8Array>;
  /** Ends every process and marks its pod failed. Claims and logs stay. */
  stop(): Promise<void>;
}
type PodObject = Pod & KubeObject;

const PODS_PER_CPU = 4;
const MIN_PODS = 16;
const DELETE_RETRY_MS = 1_000;

/** Starts a node that runs the pods of an API as isolated processes of this machine. */
export async function startProcessNode(options: ProcessNodeOptions): Promise<ProcessNode> {
  const dataDir = resolve(options.dataDir);
  for (const name of ['pods', 'claims', 'processes']) mkdirSync(join(dataDir, name), { recursive: true });
  const leftovers = new Leftovers(join(dataDir, 'processes'));
  leftovers.reap();
  const isolation = await probeIsolation(join(dataDir, 'probe'), options.isolation, options.hostDirectories);
  const node = new RunningNode({ ...options, dataDir }, isolation, leftovers);
  await node.ready();
  return node;
}

class RunningNode implements ProcessNode {
  readonly isolation: Tier;
  private readonly nodeName: string;
  private readonly maxPods: number;
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly claims: Claims;
  private readonly pods: Informer<PodObject>;
  private readonly context: NodeContext;
  private readonly runners = new Map<string, PodRunner>();
  /** Pods that run or are being bound, by uid: what the capacity counts. */
  private readonly active = new Set<string>();
  private readonly waiting = new Map<string, PodObject>();
  private readonly work = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(
    private readonly options: ProcessNodeOptions,
    isolation: Isolation,
    leftovers: Leftovers,
  ) {
    this.isolation = isolation.tier;
    this.nodeName = options.nodeName ?? 'local';
    this.maxPods = isolation.maxPods ?? options.maxPods ?? Math.max(MIN_PODS, cpus().length * PODS_PER_CPU);
    this.clock = options.clock ?? systemClock;
    this.onError = options.onError ?? (() => undefined);
    this.claims = new Claims(options.api, join(options.dataDir, 'claims'), this.onError);
    this.context = {
      isolation,
      leftovers,
      clock: this.clock,
      nanoClock: systemNanoClock,
      sources: {
        read: dataReader(options.api),
        capacity: { cpuMilli: cpus().length * 1000, memoryBytes: totalmem() },
        claimDirectory: this.claims.directoryOf,
        imageVolumes: options.imageVolumes ?? {},
      },
      baseEnv: options.baseEnv ?? { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: process.env.HOME ?? '/' },
      onError: this.onError,
    };
    const onChange = (change: InformerChange<PodObject>): void => this.podChanged(change);
    this.pods = createInformer<PodObject>(options.api, resources.pods, { onChange, onError: this.onError });
  }

  async ready(): Promise<void> {
    await Promise.all([this.claims.synced, this.pods.synced, this.register()]);
    const known = new Set(this.pods.list().map((pod) => pod.metadata?.uid));
    for (const uid of readdirSync(join(this.options.dataDir, 'pods'))) {
      if (!known.has(uid)) removeTree(this.directoryOf(uid));
    }
  }

  async *logs(pod: KubeObject, options: LogOptions): AsyncIterable<Uint8Array> {
    const { name = '', uid = '' } = pod.metadata ?? {};
    const container = options.container ?? '';
    const run = this.runners.get(uid)?.container(container)?.run;
    const directory = join(this.directoryOf(uid), 'containers', container);
    const path = run?.log.path ?? lastLog(directory);
    if (path === undefined) {
      throw new KubeError(
        'BadRequest',
        `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
        400,
      );
    }
    yield* readLog(path, run?.log, options);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.pods.stop();
    await this.claims.stop();
    const outcome = { phase: 'Failed', reason: 'NodeShutdown', message: 'The local cluster was stopped' } as const;
    for (const runner of this.runners.values()) runner.stop(0, outcome);
    await Promise.all([...this.runners.values()].map((runner) => runner.finished));
    await Promise.all(this.work);
  }

  private podChanged({ type, object }: InformerChange<PodObject>): void {
    const uid = object.metadata?.uid ?? '';
    if (type === 'deleted') return this.forget(uid);
    const phase = object.status?.phase;
    const isOver = phase === 'Succeeded' || phase === 'Failed';
    const { nodeName } = object.spec ?? {};
    const runner = this.runners.get(uid);
    if (object.metadata?.deletionTimestamp !== undefined) {
      if (nodeName === this.nodeName) this.track(this.end(object, runner));
    } else if (nodeName === undefined && !isOver) {
      if (!this.active.has(uid)) this.waiting.set(uid, object);
      this.schedule();
      if (this.waiting.has(uid) && !object.status?.conditions?.length) this.track(this.markUnschedulable(object));
    } else if (nodeName === this.nodeName && !isOver) {
      if (runner) runner.setDeadline(object.spec?.activeDeadlineSeconds);
      else if (!this.active.has(uid)) this.track(this.markLost(object));
    }
  }

  /** Binds waiting pods in the order they came, as far as there is room. */
  private schedule(): void {
    for (const [uid, pod] of this.waiting) {
      if (this.stopped.signal.aborted || this.active.size >= this.maxPods) return;
      this.waiting.delete(uid);
      this.active.add(uid);
      this.track(this.bind(pod));
    }
  }

  private async bind(pod: PodObject): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const ref = { type: resources.pods, namespace, name };
    try {
      const patch = { metadata: { uid }, spec: { nodeName: this.nodeName } };
      const bound = await this.options.api.patch<PodObject>(ref, 'merge', patch);
      if (this.stopped.signal.aborted) return;
      const runner = new PodRunner(bound, this.directoryOf(uid), this.options.api, this.context);
      this.runners.set(uid, runner);
      // Deleted while it was bound: whoever deleted it saw no runner.
      if (this.pods.get(namespace, name)?.metadata?.uid !== uid) runner.kill();
      await runner.finished;
    } catch (error) {
      if (!isKubeError(error, 'NotFound', 'Conflict')) {
        this.onError(error);
        await sleep(this.clock, DELETE_RETRY_MS, this.stopped.signal);
        this.waiting.set(uid, pod);
      }
    } finally {
      this.active.delete(uid);
      this.schedule();
    }
  }

  private async end(pod: PodObject, runner: PodRunner | undefined): Promise<void> {
    const { name = '', namespace = '', uid = '', deletionGracePeriodSeconds = 0 } = pod.metadata ?? {};
    runner?.stop(deletionGracePeriodSeconds);
    await runner?.finished;
    const ref = { type: resources.pods, namespace, name };
    await this.options.api.delete(ref, { gracePeriodSeconds: 0, preconditions: { uid } }).catch((error: unknown) => {
      if (!isKubeError(error, 'NotFound', 'Conflict')) this.onError(error);
    });
  }

  private forget(uid: string): void {
    this.waiting.delete(uid);
    const runner = this.runners.get(uid);
    runner?.kill();
    const cleanUp = async (): Promise<void> => {
      await runner?.finished;
      this.runners.delete(uid);
      removeTree(this.directoryOf(uid));
    };
    this.track(cleanUp());
  }

  /** A pod that an earlier life of this node was running, and of which nothing is left. */
  private async markLost(pod: PodObject): Promise<void> {
    const message = 'The node was restarted while the pod was running';
    const lost = { reason: 'NodeLost', exitCode: 137, message, finishedAt: kubeTime(this.clock.now()) };
    const end = <T extends { state?: object }>(container: T): T =>
      container.state && 'terminated' in container.state
        ? container
        : { ...container, ready: false, started: false, state: { terminated: lost } };
    const { containerStatuses = [], initContainerStatuses } = pod.status ?? {};
    await this.patchStatus(pod, {
      phase: 'Failed',
      reason: 'NodeLost',
      message,
      containerStatuses: containerStatuses.map(end),
      ...(initContainerStatuses && { initContainerStatuses: initContainerStatuses.map(end) }),
    });
  }

  private async markUnschedulable(pod: PodObject): Promise<void> {
    const scheduled = condition('PodScheduled', false, 'Unschedulable', pod.status, this.clock.now());
    const message = '0/1 nodes are available: 1 Too many pods.';
    await this.patchStatus(pod, { conditions: [{ ...scheduled, message }] });
  }

  private async patchStatus(pod: PodObject, status: object): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    try {
      const ref = { type: resources.pods, namespace, name };
      await this.options.api.patch(ref, 'merge', { metadata: { uid }, status }, 'status');
    } catch (error) {
      if (!isKubeError(error, 'NotFound', 'Conflict')) this.onError(error);
    }
  }

  private async register(): Promise<void> {
    const capacity = { cpu: String(cpus().length), memory: String(totalmem()), pods: String(this.maxPods) };
    const status = {
      capacity,
      allocatable: capacity,
      conditions: [condition('Ready', true, undefined, undefined, this.clock.now())],
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      nodeInfo: { operatingSystem: process.platform, architecture: process.arch, kubeletVersion: 'process' },
    };
    const ref = { type: resources.nodes, name: this.nodeName };
    const labels = { 'kubernetes.io/hostname': this.nodeName, 'argosy.dev/isolation': this.isolation };
    await this.options.api
      .create<KubeObject>(resources.nodes, { metadata: { name: this.nodeName, labels } })
      .catch((error: unknown) => {
        if (!isKubeError(error, 'AlreadyExists')) throw error;
      });
    await this.options.api.patch(ref, 'merge', { status }, 'status');
  }

  private directoryOf(uid: string): string {
    return join(this.options.dataDir, 'pods', uid);
  }

  private track(work: Promise<void>): void {
    const tracked = work.catch(this.onError).finally(() => this.work.delete(tracked));
    this.work.add(tracked);
  }
}

function lastLog(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  const runs = readdirSync(directory)
    .flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? [])
    .map(Number);
  return runs.length === 0 ? undefined : logPath(directory, Math.max(...runs));
}

type WithData = KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> };

function dataReader(api: KubeApi): DataReader {
  return async (kind, namespace, name) => {
    const type = kind === 'configmap' ? resources.configMaps : resources.secrets;
    try {
      const { data = {}, binaryData = {} } = await api.get<WithData>({ type, namespace, name });
      const textEncoding = kind === 'secret' ? 'base64' : 'utf8';
      return {
        ...Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, textEncoding)])),
        ...Object.fromEntries(Object.entries(binaryData).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
      };
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
}
