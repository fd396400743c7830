// What the command says of its own progress; the stand-in of ../supervisor/progress.c.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';

const TAIL_BYTES = 256;
const PROGRESS = /^(\d{1,15})\/(\d{1,15})$/;
const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const LONGEST_MS = 365 * 24 * 3_600_000;

/** A Go duration such as 1m30s or 1.5s, in milliseconds; 0 when it is none. */
function durationMs(text = '') {
  if (!/^((\d+(\.\d*)?|\.\d+)(ms|h|m|s))+$/.test(text)) return 0;
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return Math.min(
    LONGEST_MS,
    parts.reduce((total, [, value, unit]) => total + Math.trunc(Number(value) * UNIT_MS[unit]), 0),
  );
}

export class ProgressFile {
  #path;
  #readEveryMs;
  #reportEveryMs;
  #told;
  #reportAt = 0;

  constructor(environment) {
    this.#readEveryMs = durationMs(environment.ARGO_PROGRESS_FILE_TICK_DURATION);
    this.#reportEveryMs = durationMs(environment.ARGO_PROGRESS_PATCH_TICK_DURATION);
    const isWanted = this.#readEveryMs > 0 && this.#reportEveryMs > 0;
    this.#path = isWanted ? environment.ARGO_PROGRESS_FILE || undefined : undefined;
  }

  /** Tells on standard error what is new: at once, and then once in a while. Returns what stops it. */
  follow() {
    if (!this.#path) return () => undefined;
    const timer = setInterval(() => this.#look(), Math.min(this.#readEveryMs, 2 ** 31 - 1));
    return () => clearInterval(timer);
  }

  /** What the last line of the file says now. */
  read() {
    const line = this.#path ? (tailOf(this.#path).trimEnd().split('\n').at(-1) ?? '').trimStart() : '';
    const [, done, all] = PROGRESS.exec(line) ?? [];
    return Number(all) > 0 && Number(done) <= Number(all) ? line : undefined;
  }

  #look() {
    if (performance.now() < this.#reportAt) return;
    const progress = this.read();
    if (progress === undefined || progress === this.#told) return;
    this.#reportAt = performance.now() + this.#reportEveryMs;
    this.#told = progress;
    writeSync(2, `::argosy-progress ${progress}\n`);
  }
}

function tailOf(path) {
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(TAIL_BYTES);
    const length = readSync(file, bytes, 0, TAIL_BYTES, Math.max(0, size - TAIL_BYTES));
    return bytes.toString('latin1', 0, length);
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
