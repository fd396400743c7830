import type { Histogram, Logger } from '@argosy/platform';
import type { NextFunction, Request, Response } from 'express';
import { CORRELATION_HEADER, correlationIdOf } from './correlation.js';

/** Addresses of the API; all others are files of the dashboard, and must not become labels. */
const ROUTES = new Set(['graphql', 'auth', 'link', 'healthz', 'readyz', 'metrics', 'explorer', 'schemas']);

/** Gives every request its number, and counts and times it. */
export function requestLog(logger: Logger, durations: Histogram<'method' | 'route' | 'status'>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const correlationId = correlationIdOf(request);
    response.setHeader(CORRELATION_HEADER, correlationId);
    const stop = durations.startTimer();
    const { method, path } = request;
    response.once('finish', () => {
      const [, first = ''] = path.split('/');
      const { statusCode: status } = response;
      const seconds = stop({ method, route: ROUTES.has(first) ? first : 'dashboard', status });
      logger.debug(
        { method, path, status, durationMs: Math.round(seconds * 1000), correlationId },
        'Answered a request',
      );
    });
    next();
  };
}
