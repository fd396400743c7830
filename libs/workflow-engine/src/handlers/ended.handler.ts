import type { NodeHandler } from './handler.js';

/** The node is over; the kernel itself waits for its hooks. */
export const endedHandler: NodeHandler<'ended'> = {
  on() {
    // Nothing can happen to it any more.
  },
};
