import type { LifecycleHook, NodeStatus, WorkflowPhase } from '@argosy/workflow-spec';
import type { CallSite } from '../model/frame.js';
import { WORKFLOW_FRAME } from '../model/ids.js';
import { formatTime } from '../model/instant.js';
import { isBroken, isFinalWorkflowPhase, isFulfilled, isUnsuccessful } from '../model/phases.js';
import { EXIT, hookNodeName } from '../policies/hooks.policy.js';
import { workflowMetrics } from '../policies/metrics.policy.js';
import { isShutDown, shutdownOf, stoppedMessage } from '../policies/shutdown.policy.js';
import { isSuspended } from '../policies/suspension.policy.js';
import { workflowPhaseOf } from '../scope/global-variables.js';
import { evaluateBoolean, replaceTags } from '../scope/tags.js';
import { localScope } from '../scope/template-lookup.js';
import { endDaemons } from './closing.js';
import type { RunDraft } from './run-draft.js';

/**
 * The life of the run as a whole: entry, workflow hooks, exit handler, result. Asked once a pass has settled; each step
 * is taken at most once because it leaves a node behind.
 */
export function advanceWorkflow(run: RunDraft): void {
  if (isFinalWorkflowPhase(run.status.phase)) return;
  try {
    const before = run.nodeNamed(run.name);
    if (!before || (!isFulfilled(before.phase) && !run.frame(run.idOf(run.name)))) {
      run.kernel.enter(run, entrySite(run));
    }
    const root = run.nodeNamed(run.name);
    if (!root || isSuspended(run)) return;
    // As the entry a daemon serves nobody.
    if (run.frame(run.idOf(run.name))?.isUp) endDaemons(run, WORKFLOW_FRAME);
    // `workflow.status` and `workflow.failures` may have been asked for in this pass before the entry had ended.
    if (isFulfilled(run.nodeNamed(run.name)?.phase)) run.forgetGlobals();
    const hooksOver = driveWorkflowHooks(run);
    if (!isFulfilled(run.nodeNamed(run.name)?.phase) || run.frame(run.idOf(run.name))) return;
    const exit = driveExitHandler(run);
    if (exit.isOver && hooksOver) finishWorkflow(run, run.nodeNamed(run.name) ?? root, exit.node);
  } catch (error) {
    endWorkflow(run, 'Error', error instanceof Error ? error.message : String(error));
  }
}

function siteOf(run: RunDraft, nodeName: string, hook: LifecycleHook, onExit: boolean): CallSite {
  const call: CallSite['call'] = {};
  if (hook.template) call.template = hook.template;
  if (hook.templateRef) call.templateRef = hook.templateRef;
  if (hook.arguments) call.arguments = replaceTags(hook.arguments, run.globals).value;
  return {
    nodeName,
    call,
    owner: WORKFLOW_FRAME,
    boundary: WORKFLOW_FRAME,
    templateScope: localScope(run),
    innerScope: localScope(run),
    onExit,
    hooked: nodeName !== run.name,
    ordinal: 0,
    depth: 1,
    prefix: 'workflow',
    attempt: null,
    resultWanted: false,
  };
}

function entrySite(run: RunDraft): CallSite {
  const entry: LifecycleHook = { template: run.spec.entrypoint ?? '' };
  if (run.spec.arguments) entry.arguments = run.spec.arguments;
  return siteOf(run, run.name, entry, false);
}

/** @returns whether every hook that was started is over */
function driveWorkflowHooks(run: RunDraft): boolean {
  let areOver = true;
  for (const [key, hook] of Object.entries(run.spec.hooks ?? {}).sort()) {
    if (key === EXIT) continue;
    const name = hookNodeName(run.name, key);
    const node = run.nodeNamed(name);
    if (!node) {
      if (!hook.expression) throw new Error(`Expression required for hook ${name}`);
      if (!evaluateBoolean(hook.expression, run.globals)) continue;
    }
    areOver = driveTopLevel(run, name, hook, false) && areOver;
  }
  return areOver;
}

function driveExitHandler(run: RunDraft): { isOver: boolean; node: NodeStatus | undefined } {
  const hook = run.spec.hooks?.[EXIT] ?? (run.spec.onExit ? { template: run.spec.onExit } : undefined);
  const name = hookNodeName(run.name, EXIT);
  if (!hook) return { isOver: true, node: undefined };
  if (!run.nodeNamed(name)) {
    const isWanted = !isShutDown(run, true) && (!hook.expression || evaluateBoolean(hook.expression, run.globals));
    if (!isWanted) return { isOver: true, node: undefined };
  }
  const hasArguments = (hook.arguments?.parameters?.length ?? 0) + (hook.arguments?.artifacts?.length ?? 0) > 0;
  const withArguments = hasArguments || !run.spec.arguments ? hook : { ...hook, arguments: run.spec.arguments };
  const isOver = driveTopLevel(run, name, withArguments, true);
  return { isOver, node: run.nodeNamed(name) };
}

function driveTopLevel(run: RunDraft, name: string, hook: LifecycleHook, onExit: boolean): boolean {
  const before = run.nodeNamed(name);
  const id = run.idOf(name);
  if (!run.frame(id) && !(before && isFulfilled(before.phase))) {
    run.kernel.enter(run, siteOf(run, name, hook, onExit));
    // Argo draws hooks below the root, the exit handler beside it.
    if (!before && !onExit && run.node(id)) run.addChild(run.idOf(run.name), id);
  }
  const node = run.node(id);
  const frame = run.frame(id);
  return frame?.isUp === true || (node !== undefined && isFulfilled(node.phase) && !frame);
}

/** The entry decides; if it succeeded, a failed exit handler does. */
function finishWorkflow(run: RunDraft, root: NodeStatus, exit: NodeStatus | undefined): void {
  const phase = workflowPhaseOf(root);
  if (phase === 'Succeeded') {
    if (exit && isUnsuccessful(exit.phase)) return endWorkflow(run, workflowPhaseOf(exit), exit.message ?? '');
    return endWorkflow(run, 'Succeeded', '');
  }
  const shutdown = shutdownOf(run);
  if (shutdown) return endWorkflow(run, phase, stoppedMessage(shutdown));
  const message = isBroken(root) ? `error in entry template execution: ${root.message ?? ''}` : (root.message ?? '');
  endWorkflow(run, phase, message);
}

export function endWorkflow(
  run: RunDraft,
  phase: Exclude<WorkflowPhase, '' | 'Pending' | 'Running'>,
  message: string,
): void {
  endDaemons(run, null);
  const before = run.status.phase ?? '';
  const finishedAt = formatTime(run.now);
  const { synchronization: _released, ...status } = run.status;
  run.status = {
    ...status,
    phase,
    finishedAt,
    startedAt: run.status.startedAt ?? finishedAt,
  };
  run.addCondition({ type: 'Completed', status: 'True' });
  if (message) run.status.message = message;
  else delete run.status.message;
  workflowMetrics(run);
  run.journal.push({ reason: END_REASONS[phase], nodeId: null, nodeName: null, before, after: phase, message });
}

const END_REASONS = { Succeeded: 'WorkflowSucceeded', Failed: 'WorkflowFailed', Error: 'WorkflowFailed' } as const;
