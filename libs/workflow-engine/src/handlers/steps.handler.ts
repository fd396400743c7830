import type { NodeStatus, Template } from '@argosy/workflow-spec';
import { describeError, endNode } from '../kernel/closing.js';
import { describeNode } from '../kernel/node-description.js';
import type { RunDraft } from '../kernel/run-draft.js';
import { brokenHook } from '../graph/broken-hook.js';
import { childrenOf } from '../graph/children.js';
import { outboundNodes } from '../graph/outbound-nodes.js';
import type { CallSite, StepsFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isFulfilled, isUnsuccessful } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { hooksOf } from '../policies/hooks.policy.js';
import { resultReferences } from '../scope/references.js';
import { stepVariables } from '../scope/sibling-variables.js';
import { templateOutputs } from '../scope/template-outputs.js';
import { resumeStepGroup, startStepGroup } from './step-group.handler.js';
import type { TemplateHandler } from './handler.js';

/** Runs groups of steps strictly one after the other. */
export const stepsHandler: TemplateHandler<'steps'> = {
  start(run, site, template) {
    const id = run.idOf(site.nodeName);
    if (!run.node(id)) createNode(run, site, template);
    run.setFrame({
      kind: 'steps',
      id,
      name: site.nodeName,
      site,
      hooks: site.attempt ? null : hooksOf(site.call),
      startedHooks: [],
      openHooks: 0,
      template,
      group: 0,
      daemonGroups: [],
      resultReferences: resultReferences(JSON.stringify(template), 'steps'),
    });
    advance(run, id, 0);
  },

  on(run, frame) {
    advance(run, frame.id, frame.group);
  },
};

function createNode(run: RunDraft, site: CallSite, template: Template): void {
  run.create({
    ...describeNode(run, site, template),
    type: 'Steps',
    phase: 'Running',
    ...(template.inputs && { inputs: template.inputs }),
  });
}

const groupName = (frame: StepsFrame, group: number): string => `${frame.name}[${group}]`;

/** Goes on from a group: past it when it is over, into it when it is not. */
function advance(run: RunDraft, id: NodeId, from: number): void {
  for (let group = from; ; group++) {
    const frame = run.frame(id);
    if (frame?.kind !== 'steps') return;
    const node = run.nodeNamed(groupName(frame, group));
    if (node && isUnsuccessful(node.phase)) {
      const phase = hasBrokenExit(run, node) ? 'Error' : 'Failed';
      return endNode(run, frame, { phase, message: node.message ?? '', change: lastNodes(run, node) });
    }
    if (node && isFulfilled(node.phase)) {
      if (run.rebuilding) resumeStepGroup(run, frame, group);
      if (daemonsOf(run, frame, group).length > 0) {
        run.setFrame({ ...frame, daemonGroups: [...frame.daemonGroups, group] });
      }
      continue;
    }
    const lost = node ? undefined : lostDaemon(run, frame);
    if (lost) return failWithout(run, frame, lost);
    if (group >= (frame.template.steps?.length ?? 0)) return succeed(run, frame);
    const current: StepsFrame = { ...frame, group };
    run.setFrame(current);
    return startStepGroup(run, current, group, () => connect(run, current, group));
  }
}

/** Argo tells of a broken exit hook as of a broken template, and of other broken hooks as of a failed group. */
function hasBrokenExit(run: RunDraft, node: NodeStatus): boolean {
  if (node.phase !== 'Error') return false;
  return childrenOf(run, node).some((child) => brokenHook(run, child)?.name.endsWith('.onExit') === true);
}

/** Steps of a group that are daemons, up or lost: a step that failed by itself would have failed its group. */
function daemonsOf(run: RunDraft, frame: StepsFrame, group: number): NodeStatus[] {
  const children = childrenOf(run, run.nodeNamed(groupName(frame, group)));
  return children.filter((node) => isUp(node) || (isUnsuccessful(node.phase) && !mayFail(frame, group, node)));
}

function mayFail(frame: StepsFrame, group: number, { name, phase }: NodeStatus): boolean {
  const called = name.slice(groupName(frame, group).length + 1);
  const step = frame.template.steps?.[group]?.find((one) => called === one.name || called.startsWith(`${one.name}(`));
  return (phase === 'Failed' ? step?.continueOn?.failed : step?.continueOn?.error) === true;
}

/** A daemon that went away while the steps after it ran; they are over now, and nothing follows without it. */
function lostDaemon(run: RunDraft, frame: StepsFrame): NodeStatus | undefined {
  return frame.daemonGroups.flatMap((group) => daemonsOf(run, frame, group)).find(({ phase }) => isUnsuccessful(phase));
}

function failWithout(run: RunDraft, frame: StepsFrame, daemon: NodeStatus): void {
  const last = run.nodeNamed(groupName(frame, frame.group));
  endNode(run, frame, { phase: 'Failed', message: `child '${daemon.id}' failed`, change: lastNodes(run, last) });
}

/** A group is drawn below the last nodes of the group before it. */
function connect(run: RunDraft, frame: StepsFrame, group: number): void {
  const child = run.idOf(groupName(frame, group));
  if (group === 0) return run.addChild(frame.id, child);
  const previous = run.nodeNamed(groupName(frame, group - 1));
  if (!previous?.children?.length) return run.addChild(run.idOf(groupName(frame, group - 1)), child);
  const parents = previous.children.flatMap((step) => outboundNodes(run, step as NodeId));
  for (const parent of new Set(parents)) run.addChild(parent, child);
}

function lastNodes(run: RunDraft, group: NodeStatus | undefined): Partial<NodeStatus> {
  const outbound = (group?.children ?? []).flatMap((child) => outboundNodes(run, child as NodeId));
  return outbound.length > 0 ? { outboundNodes: outbound } : {};
}

function succeed(run: RunDraft, frame: StepsFrame): void {
  const groups = frame.template.steps?.length ?? 0;
  const change = groups > 0 ? lastNodes(run, run.nodeNamed(groupName(frame, groups - 1))) : {};
  try {
    const siblings = stepVariables(run, frame, JSON.stringify(frame.template.outputs ?? {}), groups);
    endNode(run, frame, { phase: 'Succeeded', outputs: templateOutputs(run, frame.template, siblings), change });
  } catch (error) {
    endNode(run, frame, { phase: 'Error', message: describeError(frame.site, error), change });
  }
}
