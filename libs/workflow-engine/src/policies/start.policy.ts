import type { RunDraft } from '../kernel/run-draft.js';
import { waitForRunLocks, withoutWaiting } from './locks.policy.js';

const POSTPONED = 'Workflow processing has been postponed because too many workflows are already running';

/** Why a run does not leave Pending: it has to wait, or it never can. */
export type StartObstacle = { readonly message: string } | { readonly problem: string };

/** What keeps a run from beginning; null when its turn has come, and then it has its locks. */
export function startObstacle(run: RunDraft): StartObstacle | null {
  if (run.world.isPostponed) {
    withoutWaiting(run);
    return { message: POSTPONED };
  }
  try {
    return waitForRunLocks(run);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
