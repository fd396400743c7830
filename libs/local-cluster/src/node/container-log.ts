import { EventEmitter } from 'node:events';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A kubelet splits lines longer than this; the parts are marked and joined by readers. */
const MAX_LINE_BYTES = 16 * 1024;
const NEWLINE = 10;
type StreamName = 'stdout' | 'stderr';

/** Nanoseconds since the epoch, to the microsecond where the platform tells it. */
export type NanoClock = () => bigint;

const startedAt = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
export const systemNanoClock: NanoClock = () => startedAt + process.hrtime.bigint();

/**
 * One container's output as a file in the format of the container runtime interface: `<time> <stream> <F|P> <text>`. Times
 * grow from line to line, so a reader can resume after the last one it saw without a gap or a repetition.
 */
export class ContainerLog extends EventEmitter<{ written: []; closed: [] }> {
  private readonly descriptor: number;
  private readonly partial: Record<StreamName, Buffer[]> = { stdout: [], stderr: [] };
  private readonly partialBytes: Record<StreamName, number> = { stdout: 0, stderr: 0 };
  private lastTime = 0n;
  isClosed = false;

  constructor(
    readonly path: string,
    private readonly clock: NanoClock,
  ) {
    super();
    // Every follower listens.
    this.setMaxListeners(0);
    mkdirSync(dirname(path), { recursive: true });
    this.descriptor = openSync(path, 'a');
  }

  write(stream: StreamName, chunk: Buffer): void {
    const out: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.add(stream, chunk.subarray(start, end), out);
      this.finishLine(stream, 'F', out);
      start = end + 1;
    }
    this.add(stream, chunk.subarray(start), out);
    this.append(out);
  }

  /** Ends the log; what came without a last newline is kept as it came. */
  close(): void {
    if (this.isClosed) return;
    const out: Buffer[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.partialBytes[stream] > 0) this.finishLine(stream, 'P', out);
    }
    this.append(out);
    closeSync(this.descriptor);
    this.isClosed = true;
    this.emit('closed');
  }

  private add(stream: StreamName, text: Buffer, out: Buffer[]): void {
    let rest = text;
    while (this.partialBytes[stream] + rest.length > MAX_LINE_BYTES) {
      const room = MAX_LINE_BYTES - this.partialBytes[stream];
      this.keep(stream, rest.subarray(0, room));
      this.finishLine(stream, 'P', out);
      rest = rest.subarray(room);
    }
    this.keep(stream, rest);
  }

  private keep(stream: StreamName, text: Buffer): void {
    if (text.length === 0) return;
    // The chunk's memory belongs to the pipe and is used again.
    this.partial[stream].push(Buffer.from(text));
    this.partialBytes[stream] += text.length;
  }

  private finishLine(stream: StreamName, tag: 'F' | 'P', out: Buffer[]): void {
    out.push(Buffer.from(`${this.time()} ${stream} ${tag} `), ...this.partial[stream], Buffer.of(NEWLINE));
    this.partial[stream] = [];
    this.partialBytes[stream] = 0;
  }

  private append(out: readonly Buffer[]): void {
    if (out.length === 0) return;
    // Written at once: a line that was printed is on disk even if this process is killed next.
    const bytes = Buffer.concat(out);
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.descriptor, bytes, offset);
    this.emit('written');
  }

  private time(): string {
    const now = this.clock();
    this.lastTime = now > this.lastTime ? now : this.lastTime + 1n;
    return rfc3339Nano(this.lastTime);
  }
}

export function rfc3339Nano(epochNs: bigint): string {
  const seconds = new Date(Number(epochNs / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(epochNs % 1_000_000_000n).padStart(9, '0')}Z`;
}
