/** One fault of a refused document or argument: what, where, and the way out. */
export interface InputProblem {
  readonly message: string;
  /** Argument or path in the document, such as `spec.templates[0].container.image`. */
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly hint: string | null;
}

export type ArgosyErrorCode =
  /** The server could not be reached, or the connection broke. */
  | 'unreachable'
  /** No, wrong or expired credentials. */
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'invalid'
  | 'conflict'
  | 'no-cluster'
  | 'too-large'
  /** The server failed; the message holds a correlation id to look for in its log. */
  | 'server';

/** Whatever goes wrong between the caller and the control plane, in words fit for a person. */
export class ArgosyError extends Error {
  override readonly name = 'ArgosyError';
  constructor(
    readonly code: ArgosyErrorCode,
    message: string,
    /** Positioned faults of a refused document; empty otherwise. */
    readonly problems: readonly InputProblem[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
