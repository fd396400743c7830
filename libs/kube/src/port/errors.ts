export type KubeErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Invalid'
  | 'BadRequest'
  | 'Forbidden'
  | 'Unauthorized'
  | 'Gone'
  | 'TooManyRequests'
  | 'Timeout'
  | 'Unavailable'
  | 'Internal';

/** What a Kubernetes API refused or failed to do. `retry` says whether asking again may help. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  constructor(
    readonly code: KubeErrorCode,
    message: string,
    readonly status: number,
    readonly retry: 'never' | 'backoff' = code === 'Timeout' ||
    code === 'Unavailable' ||
    code === 'TooManyRequests' ||
    code === 'Internal'
      ? 'backoff'
      : 'never',
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const isKubeError = (error: unknown, ...codes: KubeErrorCode[]): error is KubeError =>
  error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
