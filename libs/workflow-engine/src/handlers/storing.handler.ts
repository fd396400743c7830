import { endNode } from '../kernel/closing.js';
import { storeAnswer, storeMemo } from '../policies/memoize.policy.js';
import type { NodeHandler } from './handler.js';

/** A call that is over but for its outputs, which a cache has to take first. */
export const storingHandler: NodeHandler<'storing'> = {
  on(run, frame) {
    const answer = storeAnswer(run, frame);
    const { hooks, startedHooks, openHooks } = frame;
    const inner = { ...frame.inner, hooks, startedHooks, openHooks };
    // Asked for again with every pass until there is an answer.
    if (answer === null) run.changed.add(frame.id);
    else if (answer === 'stored') endNode(run, inner, { ...frame.ending, isKept: true });
    else endNode(run, inner, { phase: 'Error', message: answer.problem });
  },

  desired(run, frame) {
    const command = storeMemo(run, frame);
    return command ? [command] : [];
  },
};
