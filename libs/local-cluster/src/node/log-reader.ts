import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { LogOptions } from '@argosy/kube';
import type { ContainerLog } from './container-log.js';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;
const SPACE = 32;

interface Line {
  readonly time: string;
  /** The text, with its newline when the line is complete. */
  readonly text: Buffer;
}

/** Reads a container's log as the API serves it. `live` is the open log while the container runs. */
export async function* readLog(
  path: string,
  live: ContainerLog | undefined,
  options: LogOptions,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    let budget = options.limitBytes ?? Number.POSITIVE_INFINITY;
    let atLineStart = true;
    const since = options.sinceTime === undefined ? undefined : comparable(options.sinceTime);
    for await (const line of linesFrom(file, live, options)) {
      if (since !== undefined && comparable(line.time) < since) continue;
      const stamped = options.timestamps && atLineStart;
      const bytes = stamped ? Buffer.concat([Buffer.from(`${line.time} `), line.text]) : line.text;
      atLineStart = line.text.at(-1) === NEWLINE;
      yield bytes.subarray(0, budget);
      budget -= bytes.length;
      if (budget <= 0) return;
    }
  } finally {
    await file.close();
  }
}

/** RFC 3339 times of different precision, made comparable as text. */
function comparable(time: string): string {
  const match = /^(.{19})(?:\.(\d+))?Z$/.exec(time);
  if (match) return `${match[1]}.${(match[2] ?? '').padEnd(9, '0')}`;
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? '' : `${parsed.toISOString().slice(0, -1)}000000`;
}

async function* linesFrom(file: FileHandle, live: ContainerLog | undefined, options: LogOptions): AsyncGenerator<Line> {
  let position = options.tailLines === undefined ? 0 : await tailPosition(file, options.tailLines);
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    // Asked before reading: what is written after the last read is then never missed.
    const isOver = live === undefined || live.isClosed || options.follow !== true;
    const change = isOver ? undefined : nextChange(live, options.signal);
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      let bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE)) {
        yield parseLine(bytes.subarray(0, end + 1));
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
      if (options.signal?.aborted) return;
    }
    if (isOver) return;
    await change;
    if (options.signal?.aborted) return;
  }
}

async function nextChange(live: ContainerLog, signal: AbortSignal | undefined): Promise<void> {
  const settled = new AbortController();
  const either = { signal: signal ? AbortSignal.any([settled.signal, signal]) : settled.signal };
  try {
    await Promise.race([once(live, 'written', either), once(live, 'closed', either)]).catch(() => undefined);
  } finally {
    settled.abort();
  }
}

function parseLine(bytes: Buffer): Line {
  const timeEnd = bytes.indexOf(SPACE);
  const streamEnd = bytes.indexOf(SPACE, timeEnd + 1);
  const tagEnd = bytes.indexOf(SPACE, streamEnd + 1);
  const isPartial = bytes.toString('latin1', streamEnd + 1, tagEnd) === 'P';
  return {
    time: bytes.toString('latin1', 0, timeEnd),
    text: bytes.subarray(tagEnd + 1, isPartial ? -1 : undefined),
  };
}

/** Where the last `count` lines begin, found by reading backwards. */
async function tailPosition(file: FileHandle, count: number): Promise<number> {
  let end = (await file.stat()).size;
  if (count <= 0) return end;
  let newlines = 0;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      // A part of a long line does not count as a line; only the tag tells.
      if (buffer[index] === NEWLINE && ++newlines > count) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** The end of a log as text, for termination messages. */
export async function logTail(path: string, maxLines: number, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of readLog(path, undefined, { tailLines: maxLines })) parts.push(part);
  const bytes = Buffer.concat(parts);
  return bytes.subarray(Math.max(0, bytes.length - maxBytes)).toString();
}
