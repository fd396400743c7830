import { endNode } from '../kernel/closing.js';
import { parseTime } from '../model/instant.js';
import { pendingTimeoutAt, timeoutAt } from '../policies/timeout.policy.js';
import type { NodeHandler } from './handler.js';

/** Waits for its locks, but not longer than its timeouts let it. */
export const waitingHandler: NodeHandler<'waiting'> = {
  on(run, frame) {
    const since = parseTime(run.node(frame.id)?.startedAt) ?? run.now;
    const isDue = (at: number | null): boolean => at !== null && run.now >= at;
    if (isDue(timeoutAt(frame.template, since))) endNode(run, frame, { phase: 'Failed', message: 'timeout' });
    else if (isDue(pendingTimeoutAt(frame.template, since)))
      endNode(run, frame, { phase: 'Failed', message: 'pendingTimeout' });
  },
};
