import { brokenHook } from '../graph/broken-hook.js';
import { endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, GroupFrame, PlannedCall, StepsFrame } from '../model/frame.js';
import { isBroken, isUnsuccessful } from '../model/phases.js';
import { FAIL_FAST_MESSAGE, hasFailedFast } from '../policies/fail-fast.policy.js';
import { planCalls } from '../scope/plan-calls.js';
import { stepVariables } from '../scope/sibling-variables.js';
import { onGroupEvent, openGroup, resumeDaemons } from './group.js';
import type { SiteOf } from './group.js';
import type { NodeHandler } from './handler.js';

/** Runs the steps of one group, loops expanded, side by side. */
export const stepGroupHandler: NodeHandler<'stepGroup'> = {
  on(run, frame, event) {
    if (onGroupEvent(run, frame, event, siteIn(run, frame))) finish(run, frame);
  },
};

export function startStepGroup(run: RunDraft, steps: StepsFrame, group: number, onCreated: () => void): void {
  const site = groupSite(steps, group);
  const id = run.idOf(site.nodeName);
  const isNew = run.node(id) === undefined;
  if (isNew) {
    run.create({ ...describeNode(run, site), type: 'StepGroup', phase: 'Running' });
    onCreated();
  }
  const frame: Omit<GroupFrame, 'calls' | 'queue' | 'next' | 'done'> = {
    kind: 'stepGroup',
    id,
    name: site.nodeName,
    site,
    hooks: null,
    startedHooks: [],
    openHooks: 0,
  };
  let calls: PlannedCall[];
  try {
    calls = planGroup(run, steps, group);
  } catch (error) {
    const broken: GroupFrame = { ...frame, calls: [], queue: [], next: 0, done: 0 };
    run.setFrame(broken);
    endNode(run, broken, { phase: 'Error', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  openGroup(run, { ...frame, calls }, siteIn(run, frame), isNew);
  const opened = run.frame(id);
  if (calls.length === 0 && opened?.kind === 'stepGroup') finish(run, opened);
}

/** Only when the tree is walked anew: otherwise what the group has left is known. */
export function resumeStepGroup(run: RunDraft, steps: StepsFrame, group: number): void {
  if (run.tally.daemons(steps.id) === 0) return;
  const site = groupSite(steps, group);
  const frame = { id: run.idOf(site.nodeName), name: site.nodeName, site };
  resumeDaemons(run, planGroup(run, steps, group), siteIn(run, frame));
}

function planGroup(run: RunDraft, steps: StepsFrame, group: number): PlannedCall[] {
  return (steps.template.steps?.[group] ?? []).flatMap((step) => {
    const siblings = stepVariables(run, steps, JSON.stringify({ ...step, hooks: undefined }), group);
    return planCalls(step, steps.name, run.globals, siblings);
  });
}

const groupSite = (steps: StepsFrame, group: number): CallSite => ({
  ...steps.site,
  nodeName: `${steps.name}[${group}]`,
  call: {},
  owner: steps.id,
  boundary: steps.id,
  templateScope: steps.site.innerScope,
  hooked: false,
  ordinal: group,
  attempt: null,
});

function siteIn(run: RunDraft, group: Pick<GroupFrame, 'name' | 'id' | 'site'>): SiteOf {
  const steps = run.frame(group.site.owner);
  const wanted = steps?.kind === 'steps' ? steps.resultReferences : new Set<string>();
  return (planned, ordinal) => ({
    nodeName: `${group.name}.${planned.name}`,
    call: planned.call,
    owner: group.id,
    boundary: group.site.boundary,
    templateScope: group.site.innerScope,
    innerScope: group.site.innerScope,
    onExit: group.site.onExit,
    hooked: false,
    ordinal,
    depth: group.site.depth + 1,
    prefix: `steps.${planned.origin}`,
    attempt: null,
    resultWanted: wanted.has(planned.origin),
  });
}

/** The first child that failed without leave to fail decides, or whose hooks are broken. */
function finish(run: RunDraft, frame: GroupFrame): void {
  const steps = run.frame(frame.site.boundary);
  const children = (): string[] => frame.calls.map(({ name }) => `${frame.name}.${name}`);
  if (steps?.kind === 'steps' && hasFailedFast(run, steps, children))
    return endNode(run, frame, { phase: 'Failed', message: FAIL_FAST_MESSAGE });
  for (const planned of frame.calls) {
    const child = run.nodeNamed(`${frame.name}.${planned.name}`);
    const hook = brokenHook(run, child);
    if (hook) return endNode(run, frame, { phase: 'Error', message: hook.message ?? '' });
    if (!child || !isUnsuccessful(child.phase)) continue;
    if (isBroken(child)) {
      const message = `step group deemed errored due to child ${child.name} error: ${child.message ?? ''}`;
      return endNode(run, frame, { phase: 'Error', message });
    }
    const { continueOn } = planned.call;
    if (child.phase === 'Failed' ? continueOn?.failed : continueOn?.error) continue;
    return endNode(run, frame, { phase: 'Failed', message: `child '${child.id}' failed` });
  }
  endNode(run, frame, { phase: 'Succeeded' });
}
