import { isFinalWorkflowPhase } from '../model/phases.js';
import type { IntentHandler } from './apply-intent.js';
import { alreadyFinished } from './refusals.js';
import { withSpec } from './selection.js';

/** Starts nothing new until the run is resumed; what runs goes on. */
export const suspendRun: IntentHandler<'SuspendRun'> = (state) =>
  isFinalWorkflowPhase(state.status.phase)
    ? alreadyFinished(state)
    : { ok: true, state: withSpec(state, { suspend: true }) };
