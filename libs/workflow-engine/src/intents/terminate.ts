import { isFinalWorkflowPhase } from '../model/phases.js';
import type { IntentHandler } from './apply-intent.js';
import { alreadyFinished } from './refusals.js';
import { withSpec } from './selection.js';

/** Ends the run at once, exit handlers included. */
export const terminateRun: IntentHandler<'TerminateRun'> = (state) =>
  isFinalWorkflowPhase(state.status.phase)
    ? alreadyFinished(state)
    : { ok: true, state: withSpec(state, { shutdown: 'Terminate' }) };
