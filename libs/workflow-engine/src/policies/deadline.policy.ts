import type { RunDraft } from '../kernel/run-draft.js';
import { instant, parseTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { RefusalPolicy } from './policy.js';

export const DEADLINE_MESSAGE = 'Step exceeded its deadline';

/** End of `spec.activeDeadlineSeconds`, counted from the start of the run, suspended or not. */
export function workflowDeadline(run: RunDraft): Instant | null {
  const seconds = run.spec.activeDeadlineSeconds;
  const startedAt = parseTime(run.status.startedAt);
  if (seconds === undefined || startedAt === null) return null;
  return instant(startedAt + seconds * 1000);
}

export function isPastDeadline(run: RunDraft): boolean {
  const deadline = workflowDeadline(run);
  return deadline !== null && run.now >= deadline;
}

/** Exit handlers run on after the deadline. */
export const refuseAfterDeadline: RefusalPolicy = (run, site) =>
  !site.onExit && isPastDeadline(run) ? DEADLINE_MESSAGE : null;
