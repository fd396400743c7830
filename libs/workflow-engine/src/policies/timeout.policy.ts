import { durationMs } from '@argosy/workflow-spec';
import type { Template } from '@argosy/workflow-spec';
import { durationProblem } from '../model/duration.js';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';

/** When a leaf that started then has to be over: `timeout` counts from its start, pending or not. */
export const timeoutAt = ({ timeout }: Template, startedAt: Instant): Instant | null =>
  after('timeout', timeout, startedAt);

/** Until when a leaf may stay Pending. */
export const pendingTimeoutAt = ({ pendingTimeout }: Template, startedAt: Instant): Instant | null =>
  after('pendingTimeout', pendingTimeout, startedAt);

/** When something that has been active since then has to be over, by `activeDeadlineSeconds` of its template. */
export function activeDeadlineAt(template: Template, activeSince: Instant): Instant | null {
  const seconds = activeSecondsOf(template);
  return seconds === null ? null : instant(activeSince + seconds * 1000);
}

/** `activeDeadlineSeconds` of a template, once its tags are replaced. Of a pod they count from its own start. */
export function activeSecondsOf({ activeDeadlineSeconds }: Template): number | null {
  const seconds = Number(activeDeadlineSeconds);
  return activeDeadlineSeconds === undefined || !Number.isFinite(seconds) ? null : seconds;
}

/** @throws when it is no duration: what was to be limited must not run without a limit */
function after(field: string, duration: string | undefined, startedAt: Instant): Instant | null {
  if (!duration) return null;
  const ms = durationMs(duration);
  if (ms === null) throw new Error(`invalid ${field} format. ${durationProblem(duration)}`);
  return instant(startedAt + ms);
}

export function earliest(...instants: readonly (Instant | null)[]): Instant | null {
  const known = instants.filter((at): at is Instant => at !== null);
  return known.length === 0 ? null : instant(Math.min(...known));
}
