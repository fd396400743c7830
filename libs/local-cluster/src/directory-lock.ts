import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStartTime } from './node/leftovers.js';

/** Keeps a second cluster out of a directory; returns what gives it up. A lock whose holder died is taken over. */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const holder = readHolder(path);
  if (holder && processStartTime(holder.pid) === holder.startTime) {
    throw new Error(`${directory} is in use by another local cluster (process ${holder.pid})`);
  }
  const startTime = processStartTime(process.pid) ?? '';
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime }));
  return () => rmSync(path, { force: true });
}

function readHolder(path: string): { pid: number; startTime: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startTime: string };
  } catch {
    // There is none, or it was cut off while it was written.
    return undefined;
  }
}
