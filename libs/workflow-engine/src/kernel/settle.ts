import { offerLocks } from '../policies/locks.policy.js';
import { advanceWorkflow } from './lifecycle.js';
import type { RunDraft } from './run-draft.js';
import { step } from './step.js';

/** Generous: no workflow needs as many steps in one pass, so more of them mean that something goes round in circles. */
const MAX_EVENTS = 20_000_000;

/** Propagates until nothing changes: ends to parents, free places to who waits for them, the tree's end to the run. */
export function settle(run: RunDraft): void {
  do {
    propagate(run);
    offerRoom(run);
    if (!run.hasEvents() && run.locksChanged) offerLocks(run);
    if (!run.hasEvents()) advanceWorkflow(run);
  } while (run.hasEvents() || run.locksChanged);
}

/** Works off the events there are and those they lead to. */
export function propagate(run: RunDraft): void {
  let budget = MAX_EVENTS;
  for (let queued = run.nextEvent(); queued; queued = run.nextEvent()) {
    if (--budget < 0) throw new Error('the run does not settle');
    const frame = run.frame(queued.frameId);
    if (frame) step(run, frame, queued.event);
  }
}

/** Who waits for a place hears of it in tree order; each takes what it may and the next one gets the rest. */
function offerRoom(run: RunDraft): void {
  if (!run.roomMade || run.hasEvents()) return;
  run.roomMade = false;
  for (const id of run.heldFrames()) run.emit(id, { type: 'RoomMade' });
}
