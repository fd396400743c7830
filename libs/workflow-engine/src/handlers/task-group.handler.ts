import type { LifecycleHooks, TemplateCall } from '@argosy/workflow-spec';
import { endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite, GroupFrame, PlannedCall } from '../model/frame.js';
import { isUnsuccessful } from '../model/phases.js';
import { driveHooks, EXIT, hooksOf } from '../policies/hooks.policy.js';
import { onGroupEvent, openGroup, resumeDaemons } from './group.js';
import type { SiteOf } from './group.js';
import type { NodeHandler } from './handler.js';

/** Runs the items of a DAG task's loop side by side. */
export const taskGroupHandler: NodeHandler<'taskGroup'> = {
  on(run, frame, event) {
    if (onGroupEvent(run, frame, event, siteIn(frame))) finish(run, frame);
  },
};

/** @param site the task's own; of the hooks of a looped task the exit hook belongs to each item, the others to the loop */
export function startTaskGroup(run: RunDraft, site: CallSite, calls: readonly PlannedCall[]): void {
  const frame = newFrame(run, site, calls);
  const isNew = run.node(frame.id) === undefined;
  if (isNew) run.create({ ...describeNode(run, site), type: 'TaskGroup', phase: 'Running' });
  openGroup(run, frame, siteIn(frame), isNew);
  driveHooks(run, frame.id);
}

/** Ends a loop that had items once and has none now. */
export function endTaskGroup(run: RunDraft, site: CallSite, message: string): void {
  const frame: GroupFrame = { ...newFrame(run, site, []), queue: [], next: 0, done: 0 };
  run.setFrame(frame);
  endNode(run, frame, { phase: 'Succeeded', message });
}

const newFrame = (
  run: RunDraft,
  site: CallSite,
  calls: readonly PlannedCall[],
): Omit<GroupFrame, 'queue' | 'next' | 'done'> => ({
  kind: 'taskGroup',
  id: run.idOf(site.nodeName),
  name: site.nodeName,
  site,
  hooks: hooksOfLoop(site.call),
  startedHooks: [],
  openHooks: 0,
  calls: calls.map((planned) => ({ ...planned, call: withExitHookOnly(planned.call) })),
});

/** Only when the tree is walked anew: otherwise what the loop has left is known. */
export function resumeTaskGroup(run: RunDraft, site: CallSite, calls: readonly PlannedCall[]): void {
  resumeDaemons(run, calls, siteIn({ id: run.idOf(site.nodeName), name: site.nodeName, site }));
}

/** The loop as a whole, without what belongs to its items. */
export function loopSite(site: CallSite): CallSite {
  const { hooks: _hooks, onExit: _onExit, ...call } = site.call;
  const hooks = hooksOfLoop(site.call);
  return { ...site, call: { ...call, ...(hooks && { hooks }) } };
}

function hooksOfLoop(call: TemplateCall): LifecycleHooks | null {
  const { [EXIT]: _exit, ...others } = hooksOf(call) ?? {};
  return Object.keys(others).length > 0 ? others : null;
}

function withExitHookOnly(call: TemplateCall): TemplateCall {
  const { hooks: _hooks, onExit: _onExit, ...rest } = call;
  const exit = hooksOf(call)?.[EXIT];
  return exit ? { ...rest, hooks: { [EXIT]: exit } } : rest;
}

function siteIn(group: Pick<GroupFrame, 'name' | 'id' | 'site'>): SiteOf {
  const { site } = group;
  const prefix = site.nodeName.slice(0, site.nodeName.length - (site.call.name ?? '').length);
  return (planned, ordinal) => ({
    ...site,
    nodeName: `${prefix}${planned.name}`,
    call: planned.call,
    owner: group.id,
    hooked: false,
    ordinal,
  });
}

/** Fails as its last failed item did; what that means for the DAG is for the dependants' conditions to say. */
function finish(run: RunDraft, frame: GroupFrame): void {
  const site = siteIn(frame);
  const nodes = frame.calls.map((planned, position) => run.nodeNamed(site(planned, position).nodeName));
  const failed = nodes.findLast((node) => isUnsuccessful(node?.phase));
  endNode(run, frame, { phase: failed?.phase === 'Failed' || failed?.phase === 'Error' ? failed.phase : 'Succeeded' });
}
