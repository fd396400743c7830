import type { Clock, KubeApi } from '@argosy/kube';
import { resources, sleep } from '@argosy/kube';
import { isFrame } from '@argosy/executor-protocol';
import type { LogChunk, LogLine } from '@argosy/link-protocol';
import type { Logger } from '@argosy/platform';
import { ANNOTATIONS } from '@argosy/pod-plan';
import type { Pod } from '@argosy/workflow-spec';
import type { Outbox } from '../outbox/outbox.js';

const FLUSH_MS = 100;
const MOST_LINES = 2000;
const MOST_LINE_CHARS = 64 * 1024;
const RETRY_MS = 500;
const MOST_TRIES = 20;
const STAMP = /^(\S+) /;

/** How far a container's log has been shipped; kept with the facts, so that neither is there without the other. */
interface Position {
  /** Lines read from the cluster, frames of outputs included. */
  readonly read: number;
  /** Lines shipped: the number of the next one. */
  readonly shipped: number;
  readonly final: boolean;
}
const START: Position = { read: 0, shipped: 0, final: false };

export interface LogShipperOptions {
  readonly kube: KubeApi;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows the log of every container of every step and ships its lines, numbered, none lost and none twice. */
export class LogShipper {
  private readonly following = new Map<string, Promise<void>>();
  private readonly aborter = new AbortController();

  constructor(private readonly options: LogShipperOptions) {}

  /** Called with every pod as it changes. */
  podSeen(pod: Pod, deleted: boolean): void {
    if (deleted) return;
    for (const status of pod.status?.containerStatuses ?? []) {
      const begun = status.state?.running ?? status.state?.terminated;
      if (begun) this.follow(pod, status.name);
    }
  }

  /** Resolves when what was read has been written down. */
  async stop(): Promise<void> {
    this.aborter.abort();
    await Promise.allSettled(this.following.values());
  }

  private follow(pod: Pod, container: string): void {
    const key = `log/${pod.metadata?.uid}/${container}`;
    if (this.following.has(key) || this.position(key).final || this.aborter.signal.aborted) return;
    this.following.set(
      key,
      this.ship(pod, container, key).catch((err: unknown) =>
        this.options.logger.error({ err, pod: pod.metadata?.name }, 'Stopped shipping a log'),
      ),
    );
  }

  private position(key: string): Position {
    return (this.options.outbox.marks.get(key) as Position | undefined) ?? START;
  }

  private async ship(pod: Pod, container: string, key: string): Promise<void> {
    const { clock, logger } = this.options;
    const { signal } = this.aborter;
    for (let tries = 1; tries <= MOST_TRIES && !signal.aborted; tries++) {
      try {
        await this.shipOnce(pod, container, key);
        return;
      } catch (err) {
        logger.debug({ err, pod: pod.metadata?.name }, 'Reading a log failed; trying again');
        await sleep(clock, RETRY_MS, signal);
      }
    }
  }

  /** Reads from the start and skips what is shipped: lines have no names of their own, only their place. */
  private async shipOnce(pod: Pod, container: string, key: string): Promise<void> {
    const { kube } = this.options;
    const ref = { type: resources.pods, namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
    const stream = kube.logs(ref, { container, follow: true, timestamps: true, signal: this.aborter.signal });
    const batch = new LineBatch(this.position(key));
    const flush = async (final: boolean): Promise<void> => {
      const { lines, firstLine, position } = batch.take(final);
      if (lines.length === 0 && !final && position.read === this.position(key).read) return;
      await this.options.outbox.append(
        lines.length > 0 || final ? [chunkOf(pod, container, firstLine, lines, final)] : [],
        { [key]: position },
      );
    };
    let flushAt = 0;
    let pending: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      if (batch.size > 0) pending = pending.then(() => flush(false));
    }, FLUSH_MS);
    try {
      for await (const bytes of stream) {
        batch.add(bytes);
        if (batch.size < MOST_LINES || flushAt > batch.size) continue;
        flushAt = batch.size;
        await pending;
        await flush(false);
        flushAt = 0;
      }
    } finally {
      clearInterval(timer);
      await pending;
    }
    await flush(!this.aborter.signal.aborted);
  }
}

/** Bytes become numbered lines; lines that carry outputs are left out, lines already shipped are skipped. */
class LineBatch {
  private readonly decoder = new TextDecoder();
  private rest = '';
  private seen = 0;
  private lines: LogLine[] = [];
  private position: Position;

  constructor(private readonly start: Position) {
    this.position = start;
  }

  get size(): number {
    return this.lines.length;
  }

  add(bytes: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  take(final: boolean): { lines: LogLine[]; firstLine: number; position: Position } {
    if (final && this.rest !== '') this.line(this.rest);
    if (final) this.rest = '';
    const { lines } = this;
    const firstLine = this.position.shipped;
    this.lines = [];
    this.position = { read: Math.max(this.seen, this.start.read), shipped: firstLine + lines.length, final };
    return { lines, firstLine, position: this.position };
  }

  private line(raw: string): void {
    if (++this.seen <= this.start.read) return;
    const at = STAMP.exec(raw)?.[1] ?? '';
    const text = raw.slice(at.length + 1);
    if (isFrame(text)) return;
    const time = toMilliseconds(at);
    for (let from = 0; from === 0 || from < text.length; from += MOST_LINE_CHARS) {
      const more = from + MOST_LINE_CHARS < text.length;
      this.lines.push({
        at: time,
        text: text.slice(from, from + MOST_LINE_CHARS),
        ...(more ? { more: true as const } : {}),
      });
    }
  }
}

/** Kubernetes stamps with nanoseconds; what cannot be read is shown as the beginning of time rather than lost. */
const toMilliseconds = (stamp: string): string => {
  const time = Date.parse(stamp.replace(/(\.\d{3})\d+/, '$1'));
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
};

function chunkOf(pod: Pod, container: string, firstLine: number, lines: LogLine[], final: boolean): LogChunk {
  const { metadata } = pod;
  const uid = metadata?.ownerReferences?.find(({ kind }) => kind === 'Workflow')?.uid ?? '';
  return {
    kind: 'log',
    uid,
    nodeId: metadata?.annotations?.[ANNOTATIONS.nodeId] ?? '',
    podName: metadata?.name ?? '',
    container,
    firstLine,
    lines,
    final,
    missingBefore: 0,
  };
}
