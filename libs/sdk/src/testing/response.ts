import { HTTP_TIMEOUT_SECONDS } from '@argosy/workflow-engine';
import type { RequestOutcome } from '@argosy/workflow-engine/testing';
import type { HTTP, Template } from '@argosy/workflow-spec';
import { milliseconds } from './outcome.js';
import type { Scriptable } from './script.js';

/** What an HTTP or plugin template asked for. */
export interface SimulatedRequest extends Scriptable {
  readonly nodeId: string;
  /** The template with every tag replaced. */
  readonly template: Pick<Template, 'http' | 'plugin'>;
}

export interface Response {
  /** Default 200. */
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Becomes the result of the node. Default: nothing. */
  readonly body?: string;
  /** How long the server takes, for example `90s`. Default one second. */
  readonly after?: string | number;
}
export interface Verdict {
  readonly phase: 'Succeeded' | 'Failed' | 'Error';
  readonly message?: string;
  readonly result?: string;
  /** Default one second. */
  readonly after?: string | number;
}

/** A server's answer to an HTTP template; the template's condition decides what it is worth. */
export const responds = ({ statusCode = 200, headers = {}, body = '', after = 1 }: Response = {}): RequestOutcome => ({
  afterMs: milliseconds(after),
  statusCode,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
  body,
});

/** How a plugin says that its template ended, or why a server gave no answer. */
export const verdict = ({ phase, message, result, after = 1 }: Verdict): RequestOutcome => ({
  afterMs: milliseconds(after),
  phase,
  ...(message !== undefined && { message }),
  ...(result !== undefined && { outputs: { result } }),
});

/** Servers answer with nothing but 200, plugins do what they are told. */
export const unscripted = ({ template }: SimulatedRequest): RequestOutcome =>
  template.http ? responds() : verdict({ phase: 'Succeeded' });

/** Nobody waits longer for an answer than the template says. */
export function inTime(outcome: RequestOutcome, http: HTTP | undefined): RequestOutcome {
  const seconds = http?.timeoutSeconds ?? HTTP_TIMEOUT_SECONDS;
  if (!http || (outcome.afterMs ?? 0) <= seconds * 1000) return outcome;
  return verdict({
    phase: 'Failed',
    message: `${http.method ?? 'GET'} "${http.url}": no answer within ${seconds} s`,
    after: seconds,
  });
}
