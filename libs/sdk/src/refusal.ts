import { ArgosyError } from './errors.js';
import type { ArgosyErrorCode, InputProblem } from './errors.js';

interface Refusal {
  readonly __typename: string;
  readonly message?: string;
  readonly problems?: readonly InputProblem[];
  readonly known?: readonly string[];
}

const codes: Readonly<Record<string, ArgosyErrorCode>> = {
  NotFound: 'not-found',
  Forbidden: 'forbidden',
  InvalidInput: 'invalid',
  RunStateConflict: 'conflict',
  NoClusterAvailable: 'no-cluster',
};

/** Turns the refusing members of a result union into an error, so that callers only see the success. */
export function expectSuccess<Result extends { __typename: string }, Name extends Result['__typename']>(
  result: Result,
  success: Name,
): Extract<Result, { __typename: Name }> {
  if (result.__typename === success) return result as Extract<Result, { __typename: Name }>;
  const refusal = result as Refusal;
  const message = refusal.message ?? `The server answered with ${result.__typename}.`;
  const known = refusal.known?.length ? ` Known clusters: ${refusal.known.join(', ')}.` : '';
  throw new ArgosyError(codes[result.__typename] ?? 'server', message + known, refusal.problems ?? []);
}
