import { durationMs } from '@argosy/workflow-spec';
import type { Template } from '@argosy/workflow-spec';
import { instant } from '../model/instant.js';
import type { Instant } from '../model/instant.js';

/** When a leaf that started then has to be over: `timeout` counts from its start, pending or not. */
export const timeoutAt = (template: Template, startedAt: Instant): Instant | null => after(template.timeout, startedAt);

/** Until when a leaf may stay Pending. */
export const pendingTimeoutAt = (template: Template, startedAt: Instant): Instant | null =>
  after(template.pendingTimeout, startedAt);

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

function after(duration: string | undefined, startedAt: Instant): Instant | null {
  const ms = duration ? durationMs(duration) : null;
  return ms === null ? null : instant(startedAt + ms);
}

export function earliest(...instants: readonly (Instant | null)[]): Instant | null {
  const known = instants.filter((at): at is Instant => at !== null);
  return known.length === 0 ? null : instant(Math.min(...known));
}
