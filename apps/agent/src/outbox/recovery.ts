import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord, hasRecordAfter } from './record.js';
import type { ReadRecord } from './record.js';

/** Where the facts of one number lie. */
export interface RecordPlace {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}
export interface Segment {
  readonly index: number;
  readonly path: string;
  readonly places: RecordPlace[];
  /** Highest number given out when the segment was begun. */
  readonly base: number;
  bytes: number;
}
/** First record of every segment: from it and what follows, everything is known without older segments. */
export interface SegmentHead {
  readonly streamId: string;
  readonly lastSeq: number;
}
export interface Recovered {
  readonly streamId: string;
  readonly segments: Segment[];
  readonly marks: Map<string, unknown>;
  readonly lastSeq: number;
  /** Bytes of a write that a crash had cut off; nothing in them was promised. */
  readonly tornBytes: number;
}

/** The outbox is not what was written. Nothing in it can be trusted to be complete. */
export class OutboxDamaged extends Error {
  override readonly name = 'OutboxDamaged';
}

export const segmentPath = (dir: string, index: number): string => join(dir, `${String(index).padStart(12, '0')}.seg`);

export const segmentIndexes = (dir: string): number[] =>
  readdirSync(dir)
    .map((name) => /^(\d{12})\.seg$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);

/**
 * Reads what is on disk, and cuts off a torn end. Undefined when there is nothing.
 * @throws OutboxDamaged when something that had been promised is missing
 */
export function recover(dir: string): Recovered | undefined {
  const indexes = segmentIndexes(dir);
  let state: Recovered | undefined;
  for (const [position, index] of indexes.entries()) {
    const previous = indexes[position - 1];
    if (previous !== undefined && index !== previous + 1) throw new OutboxDamaged(`segment ${previous + 1} is missing`);
    state = readSegment(segmentPath(dir, index), index, position === indexes.length - 1, state);
  }
  return state;
}

function readSegment(
  path: string,
  index: number,
  isLast: boolean,
  before: Recovered | undefined,
): Recovered | undefined {
  const bytes = readFileSync(path);
  const { records, end } = readRecords(bytes);
  if (end < bytes.length && (!isLast || hasRecordAfter(bytes, end)))
    throw new OutboxDamaged(`${path} is damaged at byte ${end}`);
  const [head, ...rest] = records;
  if (!head) {
    // The machine stopped while the segment was begun: its first record is durable before anything follows.
    rmSync(path);
    return before;
  }
  if (end < bytes.length) truncateSync(path, end);
  const { streamId, lastSeq } = JSON.parse(head.facts) as SegmentHead;
  if (before && (before.streamId !== streamId || before.lastSeq !== lastSeq))
    throw new OutboxDamaged(`${path} does not continue the segment before it`);
  const marks = new Map(Object.entries(JSON.parse(head.marks) as Record<string, unknown>));
  const segment: Segment = { index, path, places: [], base: lastSeq, bytes: end };
  let seq = lastSeq;
  for (const record of rest) {
    applyMarks(marks, JSON.parse(record.marks) as Record<string, unknown>);
    if (record.seq === 0) continue;
    if (record.seq !== seq + 1) throw new OutboxDamaged(`${path} has ${record.seq} after ${seq}`);
    seq = record.seq;
    segment.places.push({ seq, offset: record.offset, length: record.length });
  }
  const segments = [...(before?.segments ?? []), segment];
  return { streamId, segments, marks, lastSeq: seq, tornBytes: bytes.length - end };
}

function readRecords(bytes: Buffer): { records: ReadRecord[]; end: number } {
  const records: ReadRecord[] = [];
  let end = 0;
  for (let record = decodeRecord(bytes, 0); record; record = decodeRecord(bytes, end)) {
    records.push(record);
    end += record.length;
  }
  return { records, end };
}

export function applyMarks(marks: Map<string, unknown>, changes: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) marks.delete(key);
    else marks.set(key, value);
  }
}
