import type { Condition, Workflow } from '@argosy/workflow-spec';
import type { Decision, Scope } from '../model/decision.js';
import { isFinalWorkflowPhase } from '../model/phases.js';
import type { World } from '../model/observation.js';
import type { RunState } from '../model/run-state.js';
import { recordWaiting, releaseStale } from '../policies/locks.policy.js';
import { recountProgress } from '../policies/progress.policy.js';
import { claimRefusal, recordVolumeClaims, tellOfClaims } from '../policies/volume-claims.policy.js';
import { patchBetween } from '../projections/workflow-patch.js';
import { adoptMemoized } from './adopt-memoized.js';
import { endOpenNodes } from './adopt-spec.js';
import { begin, startAnnotations } from './begin.js';
import { KERNEL } from './enter.js';
import { enforce } from './enforce.js';
import { endWorkflow } from './lifecycle.js';
import { observe } from './observe.js';
import { plan, wakeAt } from './plan.js';
import { RunDraft } from './run-draft.js';
import { propagate, settle } from './settle.js';
import { tidy } from './tidy.js';

const PHASE_LABEL = 'workflows.argoproj.io/phase';
const COMPLETED_LABEL = 'workflows.argoproj.io/completed';

/**
 * One pass: what happened outside (observe), what it means for each node (step) and for the tree (settle), and what has
 * to be done about it (plan). The same state, world and scope always give the same decision; the given state stays valid.
 */
export function reconcile(given: RunState, world: World, scope: Scope): Decision<RunState> {
  const state = adoptMemoized(given);
  const run = new RunDraft(state, world, scope, KERNEL);
  const wasFinal = isFinalWorkflowPhase(state.status.phase);
  if (!wasFinal) begin(run);
  const isWaiting = run.status.phase === 'Pending';
  if (run.status.phase === 'Running') {
    if (run.rebuilding) {
      releaseStale(run);
      tidy(run);
      recountProgress(run);
    }
    // Without an index the tree is walked first, so that there is something to observe.
    if (run.rebuilding) settle(run);
    observe(run);
    propagate(run);
    enforce(run);
    run.roomMade ||= scope.maxNewNodes !== undefined;
    settle(run);
    recordWaiting(run);
    if (state.status.phase === 'Running') recordRunningPods(run);
    heedClaims(run);
  }
  if (!isWaiting) recordVolumeClaims(run);
  const commands = isWaiting ? [] : plan(run, wasFinal);
  const wake = wakeAt(run);
  const next = run.toState(labelled(run));
  return {
    state: next,
    commands,
    wakeAt: wake,
    journal: run.journal,
    metrics: run.metrics,
    patch: patchBetween(given, next, state === given ? run.changed : [...run.changed, ...given.nodes.keys()]),
  };
}

/** Without its volumes no pod of the run can be. */
function heedClaims(run: RunDraft): void {
  if (isFinalWorkflowPhase(run.status.phase)) return;
  const refused = claimRefusal(run);
  if (!refused || refused.mayPass) return tellOfClaims(run);
  endOpenNodes(run, refused.refusal);
  endWorkflow(run, 'Error', refused.refusal);
}

/** That no pod runs is not told before one did, or the run is over: it would be a write for nothing. */
function recordRunningPods(run: RunDraft): void {
  const condition: Condition = { type: 'PodRunning', status: run.tally.runningPods > 0 ? 'True' : 'False' };
  const { conditions = [], phase } = run.status;
  const known = conditions.find(({ type }) => type === condition.type);
  if (known ? known.status === condition.status : condition.status === 'False' && !isFinalWorkflowPhase(phase)) return;
  if (known) run.addCondition(condition);
  else run.status = { ...run.status, conditions: [condition, ...conditions] };
}

function labelled(run: RunDraft): Omit<Workflow, 'status'> {
  const { metadata } = run.workflow;
  const isFinal = isFinalWorkflowPhase(run.status.phase);
  const labels = { [PHASE_LABEL]: run.status.phase ?? '', [COMPLETED_LABEL]: String(isFinal) };
  const annotations = startAnnotations(run);
  const isKnown = Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
  if (isKnown && Object.keys(annotations).length === 0) return run.workflow;
  return {
    ...run.workflow,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labels },
      annotations: { ...metadata.annotations, ...annotations },
    },
  };
}
