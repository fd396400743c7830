import type { EngineCommand } from '../model/command.js';
import type { Scope, WorkflowPatch } from '../model/decision.js';
import type { IntentRefused, RunIntent, RunIntentType } from '../model/intent.js';
import type { RunState } from '../model/run-state.js';
import { patchBetween } from '../projections/workflow-patch.js';
import { signed } from './actor-labels.js';
import { resumeRun } from './resume.js';
import { retryRun } from './retry.js';
import { setNode } from './set-node.js';
import { stopRun } from './stop.js';
import { suspendRun } from './suspend.js';
import { terminateRun } from './terminate.js';

export interface IntentApplied {
  readonly ok: true;
  readonly state: RunState;
  readonly patch: WorkflowPatch | null;
  /** What has to be done once the patch is written: pods of a retried run that have to go. */
  readonly commands: readonly EngineCommand[];
}

/** What an intent makes of a state; `applyIntent` adds the patch. */
export interface IntentOutcome {
  readonly ok: true;
  readonly state: RunState;
  readonly commands?: readonly EngineCommand[];
}
export type IntentHandler<T extends RunIntentType> = (
  state: RunState,
  intent: Extract<RunIntent, { type: T }>,
  scope: Scope,
) => IntentOutcome | IntentRefused;

const INTENTS: { readonly [T in RunIntentType]: IntentHandler<T> } = {
  StopRun: stopRun,
  TerminateRun: terminateRun,
  SuspendRun: suspendRun,
  ResumeRun: resumeRun,
  RetryRun: retryRun,
  SetNode: setNode,
};

/**
 * Does what a person asks of a run. Intents change only what is recorded; the next pass draws the consequences. That
 * pass walks the whole tree, which is fine because people are slow.
 */
export function applyIntent(state: RunState, intent: RunIntent, scope: Scope): IntentApplied | IntentRefused {
  const apply = INTENTS[intent.type] as IntentHandler<RunIntentType>;
  const outcome = apply(state, intent, scope);
  if (!outcome.ok) return outcome;
  const next: RunState = outcome.state === state ? state : { ...signed(outcome.state, intent), index: null };
  const ids = new Set([...state.nodes.keys(), ...next.nodes.keys()]);
  return { ok: true, state: next, patch: patchBetween(state, next, ids), commands: outcome.commands ?? [] };
}
