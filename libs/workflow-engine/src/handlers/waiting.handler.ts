import { endNode } from '../kernel/closing.js';
import { parseTime } from '../model/instant.js';
import { earliest, pendingTimeoutAt, timeoutAt } from '../policies/timeout.policy.js';
import type { NodeHandler } from './handler.js';

/** Waits for its locks, but not longer than its timeouts let it. */
export const waitingHandler: NodeHandler<'waiting'> = {
  on(run, frame) {
    const since = parseTime(run.node(frame.id)?.startedAt) ?? run.now;
    const at = earliest(timeoutAt(frame.template, since), pendingTimeoutAt(frame.template, since));
    if (at !== null && run.now >= at) endNode(run, frame, { phase: 'Failed', message: 'timeout' });
  },
};
