import { mkdirSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import type { Clock } from '@argosy/kube';
import { sleep, systemClock } from '@argosy/kube';
import type { AgentFact } from '@argosy/link-protocol';
import { toRecords } from './batch.js';
import type { MarkChanges, OutboxEntry } from './batch.js';
import { decodeRecord, encodeRecord } from './record.js';
import { applyMarks, OutboxDamaged, recover, segmentIndexes, segmentPath } from './recovery.js';
import type { RecordPlace, Segment, SegmentHead } from './recovery.js';

export interface OutboxOptions {
  /** Made when missing. Nobody else may write there. */
  readonly dir: string;
  readonly clock?: Clock;
  /** A segment is closed when it is larger. Default: 8 MiB. */
  readonly segmentBytes?: number;
  /** The disk refused (full, read-only, broken). Nothing is dropped: what waits is written when the disk takes it again. */
  readonly onStall?: (error: Error) => void;
}
export type OutboxStart =
  | { readonly state: 'new' | 'clean' }
  | { readonly state: 'torn'; readonly bytes: number }
  /** What was there could not be trusted; a new stream was begun. */
  | { readonly state: 'damaged'; readonly reason: string };

const DEFAULT_SEGMENT_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 1000;

interface Waiting extends OutboxEntry {
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

interface Stream {
  readonly streamId: string;
  readonly marks: Map<string, unknown>;
  lastSeq: number;
  forgotten: number;
}

/**
 * Numbered facts on disk until the control plane has them, and marks: values that change together with facts or not at
 * all (how far a log has been shipped, which commands wait). Append-only segments; what comes while the disk is busy
 * goes into the next write, which is one fdatasync for all.
 */
export class Outbox {
  private segments: Segment[] = [];
  private file: FileHandle | undefined;
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;
  private closed = false;
  private readonly stallWaiters = new Set<() => void>();
  private current: Stream;
  private readonly closing = new AbortController();
  readonly start: OutboxStart;
  /** The last error of the disk; undefined while it works. */
  stalled: Error | undefined;
  /** Called after facts up to this number have become durable. */
  onWritten: (lastSeq: number) => void = () => undefined;

  constructor(private readonly options: OutboxOptions) {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    try {
      const found = recover(options.dir);
      this.segments = found?.segments ?? [];
      this.current = found
        ? { streamId: found.streamId, marks: found.marks, lastSeq: found.lastSeq, forgotten: 0 }
        : emptyStream();
      this.start = !found
        ? { state: 'new' }
        : found.tornBytes > 0
          ? { state: 'torn', bytes: found.tornBytes }
          : { state: 'clean' };
    } catch (error) {
      if (!(error instanceof OutboxDamaged)) throw error;
      this.wipe();
      this.current = emptyStream();
      this.start = { state: 'damaged', reason: error.message };
    }
  }

  get streamId(): string {
    return this.current.streamId;
  }
  get lastSeq(): number {
    return this.current.lastSeq;
  }
  /** Lowest number that can be read; one above `lastSeq` when there is none. */
  get firstSeq(): number {
    return this.segments.find(({ places }) => places.length > 0)?.places[0]?.seq ?? this.lastSeq + 1;
  }
  get marks(): ReadonlyMap<string, unknown> {
    return this.current.marks;
  }
  /** Numbers that are not acknowledged. */
  get depth(): number {
    return this.lastSeq - Math.max(this.current.forgotten, this.firstSeq - 1);
  }
  /** Bytes on disk. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Resolves when facts and marks are on disk. Rejects only when the outbox is closed before. */
  append(facts: readonly AgentFact[], marks: MarkChanges = {}): Promise<void> {
    if (this.closed) return Promise.reject(new Error('the outbox is closed'));
    return new Promise((done, failed) => {
      this.waiting.push({ facts, marks, done, failed });
      this.flushing ??= this.flush();
    });
  }

  /** As `append`, but does not keep the caller while the disk refuses; then what was given waits in memory. */
  async appendOrQueue(facts: readonly AgentFact[], marks: MarkChanges = {}): Promise<void> {
    const written = this.append(facts, marks);
    let release: () => void = () => undefined;
    const stalling = new Promise<void>((resolve) => (release = resolve));
    this.stallWaiters.add(release);
    if (this.stalled) release();
    try {
      await Promise.race([written, stalling]);
    } finally {
      this.stallWaiters.delete(release);
      // Whoever does not wait any more is not told that the outbox was closed meanwhile.
      written.catch(() => undefined);
    }
  }

  /** The facts of a number, as a JSON array. Undefined when they have been forgotten. */
  async read(seq: number): Promise<string | undefined> {
    const segment = this.segments.findLast(({ base }) => base < seq);
    const place = segment?.places[seq - (segment.places[0]?.seq ?? 0)];
    if (!segment || !place) return undefined;
    return segment === this.segments.at(-1) && this.file
      ? readFacts(this.file, place)
      : withFile(segment.path, (file) => readFacts(file, place));
  }

  /** Facts up to this number need not be kept. Whole segments are removed, never the one being written. */
  forget(upTo: number): void {
    this.current.forgotten = Math.max(this.current.forgotten, upTo);
    while (this.segments.length > 1 && (this.segments[1]?.base ?? Infinity) <= upTo) {
      const segment = this.segments.shift();
      if (segment) rmSync(segment.path, { force: true });
    }
  }

  /** Forgets everything, marks too, and begins a stream of a new name. */
  async startNewStream(): Promise<void> {
    await this.flushing;
    await this.file?.close();
    this.file = undefined;
    this.wipe();
    this.current = emptyStream();
  }

  /** Writes what waits, unless the disk refuses. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.stalled) this.closing.abort();
    await this.flushing;
    await this.file?.close();
    this.file = undefined;
  }

  private async flush(): Promise<void> {
    // One turn of the loop, so that everything said at once is one write.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.write(batch);
        this.stalled = undefined;
        for (const { done } of batch) done();
        this.onWritten(this.lastSeq);
      } catch (error) {
        this.waiting.unshift(...batch);
        await this.stall(error as Error);
        if (this.closing.signal.aborted) break;
      }
    }
    // In the same turn as the last look at what waits: whoever comes later begins a new flush.
    this.flushing = undefined;
  }

  private async stall(error: Error): Promise<void> {
    if (!this.stalled) this.options.onStall?.(error);
    this.stalled = error;
    for (const release of this.stallWaiters) release();
    if (this.closed) this.closing.abort();
    await sleep(this.options.clock ?? systemClock, RETRY_MS, this.closing.signal);
    if (!this.closing.signal.aborted) return;
    for (const { failed } of this.waiting.splice(0)) failed(error);
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const { file, segment } = await this.writable();
    const records = toRecords(batch, this.lastSeq);
    const buffers = records.map(encodeRecord);
    try {
      await writeAll(file, Buffer.concat(buffers), segment.bytes);
      await file.datasync();
    } catch (error) {
      // What was written in part must not be taken for a record later.
      await file.truncate(segment.bytes).catch(() => undefined);
      throw error;
    }
    for (const [index, { seq }] of records.entries()) {
      const length = buffers[index]?.length ?? 0;
      if (seq > 0) segment.places.push({ seq, offset: segment.bytes, length });
      segment.bytes += length;
    }
    this.current.lastSeq = segment.places.at(-1)?.seq ?? segment.base;
    for (const { marks } of batch) applyMarks(this.current.marks, marks);
  }

  private async writable(): Promise<{ file: FileHandle; segment: Segment }> {
    const segment = this.segments.at(-1);
    if (segment && segment.bytes < (this.options.segmentBytes ?? DEFAULT_SEGMENT_BYTES)) {
      this.file ??= await open(segment.path, 'r+');
      return { file: this.file, segment };
    }
    const index = (segment?.index ?? 0) + 1;
    const path = segmentPath(this.options.dir, index);
    const { streamId, lastSeq, marks } = this.current;
    const head: SegmentHead = { streamId, lastSeq };
    const record = encodeRecord({
      seq: 0,
      facts: JSON.stringify(head),
      marks: JSON.stringify(Object.fromEntries(marks)),
    });
    const file = await open(path, 'w+', 0o600);
    try {
      await writeAll(file, record, 0);
      await file.datasync();
      await withFile(this.options.dir, (dir) => dir.sync());
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.file?.close();
    this.file = file;
    const fresh: Segment = { index, path, places: [], base: lastSeq, bytes: record.length };
    this.segments.push(fresh);
    this.forget(this.current.forgotten);
    return { file, segment: fresh };
  }

  private wipe(): void {
    this.segments = [];
    for (const index of segmentIndexes(this.options.dir)) rmSync(segmentPath(this.options.dir, index));
  }
}

const emptyStream = (): Stream => ({
  streamId: randomUUID(),
  marks: new Map(),
  lastSeq: 0,
  forgotten: 0,
});

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;)
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}

async function readFacts(file: FileHandle, { offset, length }: RecordPlace): Promise<string | undefined> {
  const bytes = Buffer.allocUnsafe(length);
  await file.read(bytes, 0, length, offset);
  return decodeRecord(bytes, 0)?.facts;
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
