import type { Clock, KubeApi } from '@argosy/kube';
import { isKubeError, resources, sleep } from '@argosy/kube';
import type { LogChunk } from '@argosy/link-protocol';
import type { Outbox } from '../outbox/outbox.js';
import { LOG_START, sinceTimeOf } from './log-position.js';
import type { LogPosition } from './log-position.js';
import { LogReader } from './log-reader.js';

/** Lines wait for company this long. */
const FLUSH_MS = 150;
/** And no longer than until they come to this. */
const FLUSH_UNITS = 256 * 1024;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** Above this, logs stay in the cluster until the control plane has taken some of what waits. */
export const OUTBOX_LIMIT_BYTES = 512 * 1024 * 1024;

/** Which log it is, as the control plane knows it. */
export interface LogIdentity {
  /** Of the Workflow object. */
  readonly uid: string;
  readonly runId?: string;
  readonly nodeId: string;
  readonly podUid: string;
  readonly podName: string;
  readonly namespace: string;
  readonly container: string;
}
/** What is kept on disk of a log, with the lines it tells of. */
export interface LogMark {
  readonly log: LogIdentity;
  readonly position: LogPosition;
  readonly final: boolean;
}
export interface ContainerLogOptions {
  readonly kube: KubeApi;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when the control plane has been told of the run; a line of an unknown run would be homeless. */
  readonly announced: (uid: string) => Promise<void>;
  /** What the program says of its own progress. */
  readonly onProgress: (progress: string) => void;
  /** Takes a turn among those that read logs of ended containers, of which there may be thousands at the start. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

export const LOG_MARK = 'log/';
export const logMarkKey = ({ podUid, container }: Pick<LogIdentity, 'podUid' | 'container'>): string =>
  `${LOG_MARK}${podUid}/${container}`;

/** Ships the log of one container from where it stopped last time until the container has ended and all of it is on disk. */
export class ContainerLog {
  private readonly key: string;
  private ended = false;
  private wake: () => void = () => undefined;
  /** The last read came to an end of its own. */
  private wasClean = false;
  private failures = 0;

  constructor(
    private readonly log: LogIdentity,
    private readonly options: ContainerLogOptions,
  ) {
    this.key = logMarkKey(log);
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** The container has terminated, or its pod is gone. */
  containerEnded(): void {
    this.ended = true;
    this.wake();
  }

  /** Resolves when the log is complete, or the signal was given. Rejects when the outbox is closed. */
  async ship(): Promise<void> {
    const { signal, announced } = this.options;
    await Promise.race([announced(this.log.uid), aborted(signal)]);
    while (!signal.aborted) {
      const ended = this.ended;
      const outcome = await (ended ? this.options.inTurn(() => this.read(ended)) : this.read(ended));
      if (signal.aborted) return;
      // Only what was read after the container had ended is certainly all.
      if (outcome === 'end' && ended) return this.finish(0);
      // The pod is gone. Had its log been read to an end before, then that was the end.
      if (outcome === 'gone') return this.finish(this.wasClean ? 0 : 1);
      this.wasClean = outcome === 'end';
      this.failures = outcome === 'end' ? 0 : this.failures + 1;
      await this.pause();
    }
  }

  private mark(): LogMark {
    return (
      (this.options.outbox.marks.get(this.key) as LogMark | undefined) ?? {
        log: this.log,
        position: LOG_START,
        final: false,
      }
    );
  }

  private async read(ended: boolean): Promise<'end' | 'gone' | 'broken'> {
    const { kube, signal } = this.options;
    const { namespace, podName, container } = this.log;
    const { position } = this.mark();
    const reader = new LogReader(position, this.options.onProgress);
    const sinceTime = sinceTimeOf(position);
    const flusher = new Flusher(() => this.append(reader), this.options.clock);
    try {
      const stream = kube.logs(
        { type: resources.pods, namespace, name: podName },
        { container, follow: true, timestamps: true, ...(sinceTime !== undefined && { sinceTime }), signal },
      );
      for await (const bytes of stream) {
        reader.add(bytes);
        if (reader.size >= FLUSH_UNITS) await flusher.now();
        else if (!reader.isEmpty) flusher.soon();
        await this.room();
        if (signal.aborted) break;
      }
      if (ended) reader.end();
      return 'end';
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return 'gone';
      return 'broken';
    } finally {
      await flusher.now();
    }
  }

  private async append(reader: LogReader): Promise<void> {
    const { lines, firstLine, missingBefore, position } = reader.take();
    const chunk = this.chunk({ firstLine, lines, missingBefore, final: false });
    if (lines.length > 0)
      await this.options.outbox.append([chunk], { [this.key]: { log: this.log, position, final: false } });
  }

  private async finish(missingBefore: number): Promise<void> {
    const { position } = this.mark();
    const chunk = this.chunk({ firstLine: position.shipped, lines: [], missingBefore, final: true });
    await this.options.outbox.append([chunk], { [this.key]: { log: this.log, position, final: true } });
  }

  private chunk(rest: Pick<LogChunk, 'firstLine' | 'lines' | 'missingBefore' | 'final'>): LogChunk {
    return chunkOf(this.log, rest);
  }

  /** While too much waits for the control plane, the cluster keeps the log. */
  private async room(): Promise<void> {
    const { outbox, clock, signal } = this.options;
    while (outbox.bytes > OUTBOX_LIMIT_BYTES && !signal.aborted) await sleep(clock, FIRST_RETRY_MS, signal);
  }

  /** Until the container changes, or a while. */
  private async pause(): Promise<void> {
    const { clock, signal } = this.options;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    this.wake = stop;
    signal.addEventListener('abort', stop, { once: true });
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.failures, 10));
    // What came to an end of its own goes on when the container's end is seen.
    if (!this.ended || this.failures > 0) await sleep(clock, delayMs, waiting.signal);
    signal.removeEventListener('abort', stop);
  }
}

export const chunkOf = (
  { uid, runId, nodeId, podName, container }: LogIdentity,
  rest: Pick<LogChunk, 'firstLine' | 'lines' | 'missingBefore' | 'final'>,
): LogChunk => ({ kind: 'log', uid, ...(runId !== undefined && { runId }), nodeId, podName, container, ...rest });

/** Calls `flush` now, or a little later for all who asked meanwhile. */
class Flusher {
  private cancel: (() => void) | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly flush: () => Promise<void>,
    private readonly clock: Clock,
  ) {}

  soon(): void {
    this.cancel ??= this.clock.after(FLUSH_MS, () => {
      this.cancel = undefined;
      this.running = Promise.all([this.running, this.flush()]).then(() => undefined);
      // Told to whoever asks next; the outbox fails only when it is closed.
      this.running.catch(() => undefined);
    });
  }

  async now(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    await this.running;
    await this.flush();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
