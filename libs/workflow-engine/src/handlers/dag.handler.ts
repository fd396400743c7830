import { evaluateDepends } from '@argosy/expressions';
import { Map as PersistentMap } from 'immutable';
import type { NodeStatus, Template } from '@argosy/workflow-spec';
import { brokenHook } from '../graph/broken-hook.js';
import { dagPhase } from '../graph/dag-phase.js';
import { planDag } from '../graph/dag-plan.js';
import type { DagPlan } from '../graph/dag-plan.js';
import { isLoop } from '../graph/fan-out.js';
import { outboundNodes } from '../graph/outbound-nodes.js';
import { isTakenOver } from '../kernel/adopt-memoized.js';
import { adoptEnded, createEnded, describeError, endInError, endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, DagFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isFulfilled, isUnsuccessful } from '../model/phases.js';
import { FAIL_FAST_MESSAGE, hasFailedFast, mustFailFast } from '../policies/fail-fast.policy.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { ADMISSION_ORDER } from '../policies/order.js';
import { planCalls } from '../scope/plan-calls.js';
import { resultReferences } from '../scope/references.js';
import { taskVariables } from '../scope/sibling-variables.js';
import { templateOutputs } from '../scope/template-outputs.js';
import { taskResultHolds } from '../graph/task-results.js';
import type { TemplateHandler } from './handler.js';
import { endTaskGroup, loopSite, resumeTaskGroup, startTaskGroup } from './task-group.handler.js';

/** Runs tasks as soon as what they depend on allows it. */
export const dagHandler: TemplateHandler<'dag'> = {
  start(run, site, template) {
    const id = run.idOf(site.nodeName);
    if (!run.node(id)) createNode(run, site, template);
    let plan: DagPlan;
    try {
      plan = planDag(template.dag ?? { tasks: [] });
    } catch (error) {
      return endInError(run, site, error);
    }
    run.setFrame(newFrame(run, site, template, plan));
    for (const [name, task] of plan.tasks) if (task.dependencies.length === 0) openTask(run, id, name);
    assess(run, id);
  },

  on(run, frame, event) {
    if (event.type === 'ChildFinished') taskDone(run, frame, taskOf(run, frame, event.child));
    // What ended may have freed a place. Tasks that wait for one are offered it in their turn, and judged after that.
    if (event.type === 'ChildFinished' && (current(run, frame.id)?.held.length ?? 0) > 0) {
      run.roomMade = true;
      return;
    }
    openHeld(run, frame.id);
    assess(run, frame.id);
  },
};

function createNode(run: RunDraft, site: CallSite, template: Template): void {
  run.create({
    ...describeNode(run, site, template),
    type: 'DAG',
    phase: 'Running',
    ...(template.inputs && { inputs: template.inputs }),
  });
}

function newFrame(run: RunDraft, site: CallSite, template: Template, plan: DagPlan): DagFrame {
  const blockers = [...plan.tasks].map(([name, task]) => [name, task.dependencies.length] as const);
  return {
    kind: 'dag',
    id: run.idOf(site.nodeName),
    name: site.nodeName,
    site,
    hooks: site.attempt ? null : hooksOf(site.call),
    startedHooks: [],
    openHooks: 0,
    template,
    plan,
    blockers: PersistentMap(blockers),
    openTasks: 0,
    doneTasks: 0,
    held: [],
    resultReferences: resultReferences(JSON.stringify(template), 'tasks'),
  };
}

const taskName = (frame: DagFrame, task: string): string => `${frame.name}.${task}`;

const taskOf = (run: RunDraft, frame: DagFrame, child: NodeId): string =>
  (run.node(child)?.name ?? '').slice(frame.name.length + 1);

function current(run: RunDraft, id: NodeId): DagFrame | undefined {
  const frame = run.frame(id);
  return frame?.kind === 'dag' ? frame : undefined;
}

/** A task is over, hooks included: its dependants have one thing less to wait for. */
function taskDone(run: RunDraft, frame: DagFrame, name: string): void {
  const dependants = frame.plan.tasks.get(name)?.dependants ?? [];
  const blockers = frame.blockers.withMutations((map) => {
    for (const dependant of dependants) map.update(dependant, 0, (count) => count - 1);
  });
  const openTasks = frame.openTasks - 1;
  const doneTasks = frame.doneTasks + 1;
  run.setFrame({ ...frame, blockers, openTasks, doneTasks });
  for (const dependant of dependants) if (blockers.get(dependant) === 0) openTask(run, frame.id, dependant);
}

function openHeld(run: RunDraft, id: NodeId): void {
  const frame = current(run, id);
  if (!frame || frame.held.length === 0) return;
  run.release(id);
  run.setFrame({ ...frame, held: [] });
  for (const name of frame.held) openTask(run, frame.id, name);
}

/** Everything a task depends on is over: start it, omit it, or keep it until there is room. */
function openTask(run: RunDraft, id: NodeId, name: string): void {
  const frame = current(run, id);
  const task = frame?.plan.tasks.get(name);
  if (!frame || !task) return;
  const site = taskSite(frame, name);
  const isKnown = run.nodeNamed(site.nodeName) !== undefined;
  if (!isKnown && task.depends && !isAllowed(run, frame, name)) {
    countOpen(run, frame);
    createEnded(run, site, { phase: 'Omitted', message: 'omitted: depends condition not met' });
    return connect(run, frame, name);
  }
  if (!isKnown && !isLoop(task.task) && !ADMISSION_ORDER.every((admits) => admits(run, site))) {
    return holdTask(run, frame, name);
  }
  countOpen(run, frame);
  const existing = run.nodeNamed(site.nodeName);
  if (existing && isFulfilled(existing.phase)) {
    if (isTakenOver(existing)) reconnect(run, frame, name);
    if (existing.type === 'TaskGroup' && run.tally.daemons(frame.id) > 0) makeCalls(run, frame, site, name);
    return adoptEnded(run, existing.type === 'TaskGroup' ? loopSite(site) : site, existing);
  }
  makeCalls(run, frame, site, name);
  if (!isKnown) connect(run, frame, name);
}

function makeCalls(run: RunDraft, frame: DagFrame, site: CallSite, name: string): void {
  const task = frame.plan.tasks.get(name)?.task;
  if (!task) return;
  try {
    const { depends: _depends, dependencies: _dependencies, hooks: _hooks, ...text } = task;
    const calls = planCalls(task, frame.name, run.globals, taskVariables(run, frame, JSON.stringify(text), name));
    const [only] = calls;
    const isExpanded = isLoop(task) && only?.name !== name;
    if (isExpanded) {
      const isOver = isFulfilled(run.nodeNamed(site.nodeName)?.phase);
      return (isOver ? resumeTaskGroup : startTaskGroup)(run, { ...site, call: task }, calls);
    }
    if (!only) return;
    const existing = run.nodeNamed(site.nodeName);
    if (only.skip !== null && !existing) createEnded(run, site, { phase: 'Skipped', message: only.skip });
    // A retry with other parameters may leave a loop without items.
    else if (only.skip !== null && existing?.type === 'TaskGroup')
      endTaskGroup(run, { ...site, call: task }, only.skip);
    else run.kernel.enter(run, { ...site, call: only.call });
  } catch (error) {
    endInError(run, site, error);
  }
}

function holdTask(run: RunDraft, frame: DagFrame, name: string): void {
  const ordinal = (task: string): number => frame.plan.tasks.get(task)?.ordinal ?? 0;
  const held = [...frame.held, name].sort((a, b) => ordinal(a) - ordinal(b));
  run.setFrame({ ...frame, held });
  run.hold(frame.id);
}

function countOpen(run: RunDraft, frame: DagFrame): void {
  run.setFrame({ ...frame, openTasks: frame.openTasks + 1 });
}

function isAllowed(run: RunDraft, frame: DagFrame, name: string): boolean {
  const { depends } = frame.plan.tasks.get(name) ?? {};
  if (!depends) return true;
  return evaluateDepends(
    depends,
    (task, condition) => taskResultHolds(run, run.nodeNamed(taskName(frame, task)), condition),
    (task) => frame.plan.tasks.get(task)?.task.continueOn,
  );
}

function taskSite(frame: DagFrame, name: string): CallSite {
  const plan = frame.plan.tasks.get(name);
  return {
    nodeName: taskName(frame, name),
    call: plan?.task ?? {},
    owner: frame.id,
    boundary: frame.id,
    templateScope: frame.site.innerScope,
    innerScope: frame.site.innerScope,
    onExit: frame.site.onExit,
    hooked: false,
    ordinal: plan?.ordinal ?? 0,
    depth: frame.site.depth + 1,
    prefix: `tasks.${name}`,
    attempt: null,
    resultWanted: frame.resultReferences.has(name),
  };
}

/** Connects what was taken over, unless that was done before a restart; one of its parents tells. */
function reconnect(run: RunDraft, frame: DagFrame, name: string): void {
  const [dependency] = frame.plan.tasks.get(name)?.dependencies ?? [];
  const [parent] = dependency === undefined ? [frame.id] : outboundNodes(run, run.idOf(taskName(frame, dependency)));
  const children = parent === undefined ? [] : (run.node(parent)?.children ?? []);
  if (!children.includes(run.idOf(taskName(frame, name)))) connect(run, frame, name);
}

/** A task is drawn below the last nodes of what it depends on. */
function connect(run: RunDraft, frame: DagFrame, name: string): void {
  const child = run.idOf(taskName(frame, name));
  const dependencies = frame.plan.tasks.get(name)?.dependencies ?? [];
  if (dependencies.length === 0) return run.addChild(frame.id, child);
  const parents = dependencies.flatMap((dependency) => outboundNodes(run, run.idOf(taskName(frame, dependency))));
  for (const parent of new Set(parents)) run.addChild(parent, child);
}

/** Ends the DAG when nothing in it is open and nothing more will be. */
function assess(run: RunDraft, id: NodeId): void {
  const frame = current(run, id);
  if (!frame || frame.openTasks > 0) return;
  const isComplete = frame.doneTasks === frame.plan.tasks.size;
  const tasks = (): string[] => [...frame.plan.tasks.keys()].map((task) => taskName(frame, task));
  if (isComplete ? hasFailedFast(run, frame, tasks) : mustFailFast(run, frame)) {
    return endNode(run, frame, { phase: 'Failed', message: FAIL_FAST_MESSAGE, change: outbound(run, frame) });
  }
  const failFast = frame.template.dag?.failFast !== false;
  if (!isComplete && !failFast) return;
  const hook = isComplete ? brokenHookIn(run, frame) : undefined;
  if (hook) {
    return endNode(run, frame, { phase: 'Error', message: hook.message ?? '', change: outbound(run, frame) });
  }
  const phase = dagPhase(frame.plan, (task) => run.nodeNamed(taskName(frame, task)), failFast);
  // Tasks that a limit holds back are not waited for once a target failed: that is what failFast means.
  if (!isComplete && !isUnsuccessful(phase)) return;
  if (phase !== 'Succeeded') return endNode(run, frame, { phase, change: outbound(run, frame) });
  try {
    const siblings = taskVariables(run, frame, JSON.stringify(frame.template.outputs ?? {}), null);
    const outputs = templateOutputs(run, frame.template, siblings);
    endNode(run, frame, { phase, outputs, change: outbound(run, frame) });
  } catch (error) {
    endNode(run, frame, { phase: 'Error', message: describeError(frame.site, error) });
  }
}

function brokenHookIn(run: RunDraft, frame: DagFrame): NodeStatus | undefined {
  for (const task of frame.plan.tasks.keys()) {
    const hook = brokenHook(run, run.nodeNamed(taskName(frame, task)));
    if (hook) return hook;
  }
  return undefined;
}

function outbound(run: RunDraft, frame: DagFrame): Partial<NodeStatus> {
  const nodes = frame.plan.targets.flatMap((task) => outboundNodes(run, run.idOf(taskName(frame, task))));
  return nodes.length > 0 ? { outboundNodes: nodes } : {};
}
