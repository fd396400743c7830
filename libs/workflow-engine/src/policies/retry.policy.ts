import type { VariableScope } from '@argosy/expressions';
import type { Backoff, NodeStatus, RetryPolicy, RetryStrategy } from '@argosy/workflow-spec';
import { describeDuration, readDuration } from '../model/duration.js';
import { instant, parseTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import { evaluateBoolean } from '../scope/tags.js';
import { isTransient } from './transient-error.js';

export type RetryVerdict =
  | { readonly verdict: 'retry' }
  | { readonly verdict: 'wait'; readonly until: Instant; readonly message: string }
  | { readonly verdict: 'fail'; readonly message: string };

export interface RetryCase {
  readonly strategy: RetryStrategy;
  /** All attempts, oldest first; the last one failed. */
  readonly attempts: readonly NodeStatus[];
  readonly now: Instant;
  /** Set when the run is being shut down or past its deadline: nothing is tried again. */
  readonly ended: string | null;
  readonly globals: VariableScope;
}

/**
 * What follows a failed attempt. The order of the questions is Argo's and decides which message people see.
 * @throws on a strategy that makes no sense; the node becomes Error
 */
export function decideRetry(retry: RetryCase): RetryVerdict {
  const { strategy, attempts } = retry;
  const last = attempts.at(-1);
  if (!last) return { verdict: 'retry' };
  if (retry.ended !== null) return fail(retry.ended);
  const pause = strategy.backoff ? backoff(strategy.backoff, retry) : null;
  if (pause) return pause;
  if (!policyAllows(policyOf(strategy), last)) return fail(last.message ?? '');
  const limit = limitOf(strategy);
  if (limit !== null && attempts.length > limit) return fail('No more retries left');
  if (strategy.expression && !evaluateBoolean(strategy.expression, lastRetryScope(retry, '-1'))) {
    return fail('retryStrategy.expression evaluated to false');
  }
  return { verdict: 'retry' };
}

const fail = (message: string): RetryVerdict => ({ verdict: 'fail', message });

/** End of `backoff.maxDuration`, which also is the deadline of the next attempt. */
export function maxDurationAt(strategy: RetryStrategy, first: NodeStatus | undefined): Instant | null {
  const maxDuration = strategy.backoff?.maxDuration;
  const startedAt = parseTime(first?.startedAt);
  if (maxDuration === undefined || maxDuration === '' || startedAt === null) return null;
  return instant(startedAt + readDuration(maxDuration));
}

function backoff(settings: Backoff, { strategy, attempts, now }: RetryCase): RetryVerdict | null {
  const end = maxDurationAt(strategy, attempts[0]);
  if (end !== null && now > end) return fail('Max duration limit exceeded');
  if (settings.duration === undefined || settings.duration === '') {
    throw new Error('no base duration specified for retryStrategy');
  }
  const factor = Number(settings.factor ?? 0);
  let wait = readDuration(settings.duration);
  if (factor > 0) wait *= factor ** (attempts.length - 1);
  if (settings.cap !== undefined && settings.cap !== '') wait = Math.min(wait, readDuration(settings.cap));
  // An attempt that was found dead may have no end; then nobody can say how long ago it was, and nothing is waited for.
  const failedAt = parseTime(attempts.at(-1)?.finishedAt);
  const until = instant(failedAt === null ? now : failedAt + wait);
  if (end !== null && until > end) return fail('Backoff would exceed max duration limit');
  // Without a limit Argo does not wait at all; people rely on the pace, not on the reason.
  const limit = limitOf(strategy);
  if (now < until && limit !== null && attempts.length <= limit) {
    return { verdict: 'wait', until, message: `Backoff for ${describeDuration(wait)}` };
  }
  return null;
}

function limitOf(strategy: RetryStrategy): number | null {
  if (strategy.limit === undefined) return null;
  const limit = Number(strategy.limit);
  if (!Number.isInteger(limit)) throw new Error(`invalid retryStrategy.limit "${strategy.limit}"`);
  return limit;
}

function policyOf(strategy: RetryStrategy): Exclude<RetryPolicy, ''> {
  const policy = strategy.retryPolicy;
  if (!policy) return strategy.expression ? 'Always' : 'OnFailure';
  if (!POLICIES.has(policy)) throw new Error(`${policy} is not a valid RetryPolicy`);
  return policy;
}
const POLICIES: ReadonlySet<string> = new Set(['Always', 'OnFailure', 'OnError', 'OnTransientError']);

function policyAllows(policy: Exclude<RetryPolicy, ''>, last: NodeStatus): boolean {
  switch (policy) {
    case 'Always':
      return true;
    case 'OnFailure':
      return last.phase === 'Failed';
    case 'OnError':
      return last.phase === 'Error';
    case 'OnTransientError':
      return isTransient(last.message ?? '');
  }
}

/** `retries` and `lastRetry.*`. Without an exit code expressions see -1 and templates 0. */
export function lastRetryVariables(attempts: readonly NodeStatus[], noExitCode: '-1' | '0'): Record<string, string> {
  const last = attempts.at(-1);
  const seconds = last ? ((parseTime(last.finishedAt) ?? 0) - (parseTime(last.startedAt) ?? 0)) / 1000 : 0;
  return {
    'lastRetry.exitCode': last?.outputs?.exitCode ?? noExitCode,
    'lastRetry.status': last?.phase ?? '',
    'lastRetry.duration': String(Math.max(0, Math.trunc(seconds))),
    'lastRetry.message': last?.message ?? '',
  };
}

function lastRetryScope({ globals, attempts }: RetryCase, noExitCode: '-1'): VariableScope {
  return globals.extend({ retries: String(attempts.length - 1), ...lastRetryVariables(attempts, noExitCode) });
}
