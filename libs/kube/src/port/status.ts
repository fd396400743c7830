import type { KubeErrorCode } from './errors.js';
import { KubeError } from './errors.js';

/** The `reason` of a Kubernetes Status, by our code. */
const REASONS: Readonly<Record<KubeErrorCode, string>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Conflict: 'Conflict',
  Invalid: 'Invalid',
  BadRequest: 'BadRequest',
  Forbidden: 'Forbidden',
  Unauthorized: 'Unauthorized',
  Gone: 'Expired',
  TooManyRequests: 'TooManyRequests',
  Timeout: 'Timeout',
  Unavailable: 'ServiceUnavailable',
  Internal: 'InternalError',
};
const CODES: Readonly<Record<string, KubeErrorCode>> = {
  ...Object.fromEntries(Object.entries(REASONS).map(([code, reason]) => [reason, code as KubeErrorCode])),
  Gone: 'Gone',
  ServerTimeout: 'Timeout',
};

export interface StatusBody {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly code: number;
}

/** What a Kubernetes API answers when it refuses. */
export const toStatus = (error: KubeError): StatusBody => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: error.message,
  reason: REASONS[error.code],
  code: error.status,
});

/** A Kubernetes answer as our error; the body may be a Status, any other JSON or text from a proxy. */
export function fromStatus(httpStatus: number, body: unknown): KubeError {
  const status = parseStatus(body);
  const code = CODES[status.reason ?? ''] ?? codeOf(httpStatus);
  const text = typeof body === 'string' ? body.trim().slice(0, 500) : '';
  return new KubeError(code, status.message ?? (text || `the server answered HTTP ${httpStatus}`), httpStatus);
}

function parseStatus(body: unknown): { reason?: string; message?: string } {
  let value = body;
  if (typeof body === 'string') {
    try {
      value = JSON.parse(body);
    } catch {
      return {};
    }
  }
  if (typeof value !== 'object' || value === null) return {};
  const { reason, message } = value as { reason?: unknown; message?: unknown };
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof message === 'string' && message !== '' && { message }),
  };
}

function codeOf(httpStatus: number): KubeErrorCode {
  switch (httpStatus) {
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 408:
    case 504:
      return 'Timeout';
    case 409:
      return 'Conflict';
    case 410:
      return 'Gone';
    case 422:
      return 'Invalid';
    case 429:
      return 'TooManyRequests';
    case 502:
    case 503:
      return 'Unavailable';
    default:
      return httpStatus < 500 ? 'BadRequest' : 'Internal';
  }
}
