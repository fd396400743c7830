import { crc32 } from 'node:zlib';

/** Facts under one number, and what changed in the marks with them. */
export interface OutboxRecord {
  /** 0: no facts, only marks. */
  readonly seq: number;
  /** JSON array of facts; empty when `seq` is 0. */
  readonly facts: string;
  /** JSON object; a null value removes the mark. */
  readonly marks: string;
}

/** Two bytes by which a record is found again behind a damaged one. */
const MAGIC = 0xa790;
/** magic, check sum, length of what follows the check sum and itself, number, length of the facts */
const HEADER_BYTES = 2 + 4 + 4 + 8 + 4;

export function encodeRecord({ seq, facts, marks }: OutboxRecord): Buffer {
  const factBytes = Buffer.byteLength(facts);
  const record = Buffer.allocUnsafe(HEADER_BYTES + factBytes + Buffer.byteLength(marks));
  record.writeUInt16BE(MAGIC, 0);
  record.writeUInt32BE(record.length - 10, 6);
  record.writeDoubleBE(seq, 10);
  record.writeUInt32BE(factBytes, 18);
  record.write(facts, HEADER_BYTES);
  record.write(marks, HEADER_BYTES + factBytes);
  record.writeUInt32BE(crc32(record.subarray(6)), 2);
  return record;
}

export interface ReadRecord extends OutboxRecord {
  readonly offset: number;
  readonly length: number;
}

/** The record that begins at `offset`; undefined when there is no whole, undamaged one. */
export function decodeRecord(bytes: Buffer, offset: number): ReadRecord | undefined {
  if (offset + HEADER_BYTES > bytes.length || bytes.readUInt16BE(offset) !== MAGIC) return undefined;
  const end = offset + 10 + bytes.readUInt32BE(offset + 6);
  const factsStart = offset + HEADER_BYTES;
  const marksStart = factsStart + bytes.readUInt32BE(offset + 18);
  if (end > bytes.length || marksStart > end) return undefined;
  if (crc32(bytes.subarray(offset + 6, end)) !== bytes.readUInt32BE(offset + 2)) return undefined;
  return {
    offset,
    length: end - offset,
    seq: bytes.readDoubleBE(offset + 10),
    facts: bytes.toString('utf8', factsStart, marksStart),
    marks: bytes.toString('utf8', marksStart, end),
  };
}

/** Whether a whole record lies anywhere behind `offset`: then what is damaged there is not the torn end of a last write. */
export function hasRecordAfter(bytes: Buffer, offset: number): boolean {
  const magic = Buffer.from([MAGIC >> 8, MAGIC & 0xff]);
  for (let at = bytes.indexOf(magic, offset + 1); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (decodeRecord(bytes, at)) return true;
  }
  return false;
}
