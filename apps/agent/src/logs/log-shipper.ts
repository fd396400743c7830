import type { Clock, KubeApi } from '@argosy/kube';
import { RUN_ID_LABEL } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { ANNOTATIONS } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';
import type { Outbox } from '../outbox/outbox.js';
import { chunkOf, ContainerLog, LOG_MARK, logMarkKey } from './container-log.js';
import type { ContainerLogOptions, LogIdentity, LogMark } from './container-log.js';

/** Logs of ended containers read at the same time. */
const TURNS = 32;
/** An ended pod that is to be deleted waits this long for its logs. */
const PATIENCE_MS = 60_000;

export interface LogShipperOptions {
  readonly kube: KubeApi;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly announced: (uid: string) => Promise<void>;
  /** What the program in a pod says of its own progress. */
  readonly onProgress: (pod: Pod, progress: string) => void;
}
interface Shipping {
  readonly log: ContainerLog;
  readonly done: Promise<void>;
}

/** Ships the logs of every container of every step: each line once, in order, numbered, and a hole where one was lost. */
export class LogShipper {
  /** By pod uid, then by container. */
  private readonly pods = new Map<string, Map<string, Shipping>>();
  private readonly podUids = new Map<string, string>();
  private readonly aborter = new AbortController();
  private readonly turns = new Turns(TURNS);
  private readonly shipping: Omit<ContainerLogOptions, 'onProgress'>;

  constructor(private readonly options: LogShipperOptions) {
    const { kube, outbox, clock, announced } = options;
    const { signal } = this.aborter;
    this.shipping = { kube, outbox, clock, announced, signal, inTurn: (work) => this.turns.take(work) };
  }

  /** Called with every pod as it changes. */
  podSeen(pod: Pod, deleted: boolean): void {
    const { uid: podUid = '', namespace = '', name = '' } = pod.metadata ?? {};
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    this.podUids.set(`${namespace}/${name}`, podUid);
    for (const { name: container, state } of statuses) {
      if (!state?.running && !state?.terminated) continue;
      const log = this.logOf(pod, container);
      if (log && (state.terminated || deleted)) log.containerEnded();
    }
    if (deleted) void this.forget(pod);
  }

  /**
   * Whether all that ended containers of the pod wrote is on disk, so that the pod may go: its log goes with it. A pod is not
   * kept for good because of a full disk.
   */
  isReleased({ metadata, status }: Pod): boolean {
    const logs = this.pods.get(metadata?.uid ?? '');
    if (!logs) return true;
    const finished = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
    const lastMs = Math.max(...finished.map((time) => Date.parse(time)));
    if (this.options.clock.now() - lastMs > PATIENCE_MS) return true;
    return [...logs.keys()].every((container) => this.isFinal(metadata?.uid ?? '', container));
  }

  /** Called when all present pods have been seen: logs of pods that went while nobody looked end with a hole. */
  async closeLost(): Promise<void> {
    const { outbox } = this.options;
    const present = new Set(this.podUids.values());
    for (const [key, value] of [...outbox.marks]) {
      if (!key.startsWith(LOG_MARK)) continue;
      const { log, position, final } = value as LogMark;
      if (present.has(log.podUid)) continue;
      const hole = { firstLine: position.shipped, lines: [], missingBefore: 1, final: true };
      await outbox.append(final ? [] : [chunkOf(log, hole)], { [key]: null });
    }
  }

  /** Resolves when what was read has been written down. */
  async stop(): Promise<void> {
    this.aborter.abort();
    await Promise.all([...this.pods.values()].flatMap((logs) => [...logs.values()].map(({ done }) => done)));
  }

  private logOf(pod: Pod, container: string): ContainerLog | undefined {
    const { uid: podUid = '' } = pod.metadata ?? {};
    const known = this.pods.get(podUid)?.get(container);
    if (known) return known.log;
    const identity = identityOf(pod, container);
    if (!identity || this.aborter.signal.aborted) return undefined;
    if (this.isFinal(podUid, container)) return undefined;
    const onProgress = (progress: string): void => this.options.onProgress(pod, progress);
    const log = new ContainerLog(identity, { ...this.shipping, onProgress });
    const done = log
      .ship()
      .catch((err: unknown) => this.options.logger.error({ err, pod: identity.podName }, 'Stopped shipping a log'));
    const logs = this.pods.get(podUid) ?? new Map<string, Shipping>();
    this.pods.set(podUid, logs.set(container, { log, done }));
    return log;
  }

  private isFinal(podUid: string, container: string): boolean {
    const mark = this.options.outbox.marks.get(logMarkKey({ podUid, container })) as LogMark | undefined;
    return mark?.final ?? false;
  }

  private async forget({ metadata: { uid: podUid = '', namespace = '', name = '' } = {} }: Pod): Promise<void> {
    const logs = this.pods.get(podUid);
    await Promise.all([...(logs?.values() ?? [])].map(({ done }) => done));
    if (this.aborter.signal.aborted) return;
    this.pods.delete(podUid);
    if (this.podUids.get(`${namespace}/${name}`) === podUid) this.podUids.delete(`${namespace}/${name}`);
    const gone = [...this.options.outbox.marks.keys()].filter((key) => key.startsWith(`${LOG_MARK}${podUid}/`));
    if (gone.length === 0) return;
    await this.options.outbox.append([], Object.fromEntries(gone.map((key) => [key, null]))).catch(() => undefined);
  }
}

function identityOf({ metadata }: Pod, container: string): LogIdentity | undefined {
  const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'Workflow');
  const nodeId = metadata?.annotations?.[ANNOTATIONS.nodeId];
  if (!owner || nodeId === undefined) return undefined;
  const runId = metadata?.labels?.[RUN_ID_LABEL];
  return {
    uid: owner.uid,
    ...(runId !== undefined && { runId }),
    nodeId,
    podUid: metadata?.uid ?? '',
    podName: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    container,
  };
}

/** Lets a number of tasks run at once; the others wait in line. */
class Turns {
  private readonly line: (() => void)[] = [];

  constructor(private free: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
