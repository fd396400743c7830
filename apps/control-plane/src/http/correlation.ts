import type { IncomingMessage } from 'node:http';
import { newId } from '@argosy/platform';

export const CORRELATION_HEADER = 'x-correlation-id';
const known = new WeakMap<IncomingMessage, string>();

/** The number under which everything about a request is logged: the caller's, if it is a sensible one, else a new one. */
export function correlationIdOf(request: IncomingMessage): string {
  const before = known.get(request);
  if (before !== undefined) return before;
  const given = request.headers[CORRELATION_HEADER];
  const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : newId();
  known.set(request, id);
  return id;
}
