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

export const FRAME_PREFIX = '::argosy-outputs';
/** Largest captured result and largest output parameter, in bytes. */
export const OUTPUT_LIMIT_BYTES = 256 * 1024;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a termination message; undefined when it is not the supervisor's (another program wrote it, or it never ran). */
export function parseTerminationReport(message: string | undefined): TerminationReport | undefined {
  try {
    const value: unknown = JSON.parse(message ?? '');
    return isRecord(value) && value.v === 1 ? (value as unknown as TerminationReport) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a log line is a frame of outputs, of whichever container start. Such lines are not the user's log. */
export const isFrame = (line: string): boolean => line.startsWith(`${FRAME_PREFIX} `);
