import { isProgress } from './progress.js';

/**
 * What a main container reports when it ends, as one line of JSON in its termination message (Kubernetes keeps at most
 * 4096 bytes). Outputs that do not fit travel as frames at the end of the container's log, which needs neither API
 * permissions nor network reach from the pod; the message then says how to find and check them.
 */
export interface TerminationReport {
  readonly v: 1;
  /** Value by output parameter name. Absent when `overflow` is set. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Captured stdout, one trailing newline trimmed, the last 256 KiB. Absent when not asked for or when in the overflow. */
  readonly result?: string;
  /** What the program last said of its progress, `N/M`. */
  readonly progress?: string;
  /** Why the supervisor itself failed: cannot start, output missing, deadline. */
  readonly error?: string;
  readonly overflow?: ReportOverflow;
}
export interface ReportOverflow {
  /** 32 hex digits, new for each container start; a program cannot guess it and so cannot forge a frame. */
  readonly nonce: string;
  /** Frames in the log: lines `::argosy-outputs <nonce> <index> <base64>`; index from 0. */
  readonly frames: number;
  /** Length and SHA-256 (hex) of the decoded JSON `{parameters, result}`. */
  readonly bytes: number;
  readonly sha256: string;
}
export type ReportedOutputs = Pick<TerminationReport, 'parameters' | 'result'>;

/** Largest captured result and largest output parameter, in bytes. */
export const OUTPUT_LIMIT_BYTES = 256 * 1024;
/** Most bytes of outputs that are fetched from a log: 2 MiB of parameters and a result of which every byte is escaped. */
export const OVERFLOW_LIMIT_BYTES = 4 * 1024 * 1024;
/** What the supervisor reports when it ended the command at `ARGO_DEADLINE`. */
export const DEADLINE_EXCEEDED = 'deadline exceeded';
/** How the report of a container begins that did not run because one it waits for has failed. */
export const DEPENDENCY_FAILED = 'dependency "';

/**
 * Reads a termination message. Undefined when it is not the supervisor's: another program wrote it, it was cut off, or
 * the supervisor never ran. A program that kills its supervisor may leave anything here, so nothing is taken on trust.
 */
export function parseTerminationReport(message: string | undefined): TerminationReport | undefined {
  const value = parseJson(message ?? '');
  if (!isRecord(value) || value.v !== 1) return undefined;
  const { error, overflow, progress } = value;
  const outputs = readOutputs(value);
  if (!outputs || (error !== undefined && typeof error !== 'string')) return undefined;
  if (overflow !== undefined && !isOverflow(overflow)) return undefined;
  return {
    v: 1,
    ...outputs,
    ...(isProgress(progress) && { progress }),
    ...(error !== undefined && { error }),
    ...(overflow !== undefined && { overflow }),
  };
}

/** Reads the JSON that the frames carry. Undefined when it is not outputs. */
export function parseOutputs(json: string): ReportedOutputs | undefined {
  const value = parseJson(json);
  return isRecord(value) ? readOutputs(value) : undefined;
}

function readOutputs({ parameters, result }: Record<string, unknown>): ReportedOutputs | undefined {
  if (parameters !== undefined && !isTextRecord(parameters)) return undefined;
  if (result !== undefined && typeof result !== 'string') return undefined;
  return { ...(parameters !== undefined && { parameters }), ...(result !== undefined && { result }) };
}

function isOverflow(value: unknown): value is ReportOverflow {
  if (!isRecord(value)) return false;
  const { nonce, frames, bytes, sha256 } = value;
  const isCount = (count: unknown): boolean =>
    Number.isInteger(count) && Number(count) > 0 && Number(count) <= OVERFLOW_LIMIT_BYTES;
  return isHex(nonce, 32) && isHex(sha256, 64) && isCount(frames) && isCount(bytes);
}

const isHex = (value: unknown, digits: number): boolean =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTextRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((member) => typeof member === 'string');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
