import type { IntentRefused } from '../model/intent.js';
import type { RunState } from '../model/run-state.js';

export const refused = (code: IntentRefused['code'], message: string): IntentRefused => ({ ok: false, code, message });

export const alreadyFinished = (state: RunState): IntentRefused =>
  refused('already-finished', `workflow ${state.workflow.metadata.name ?? ''} is already ${state.status.phase ?? ''}`);
