import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { createEnded, endNode } from '../kernel/closing.js';
import type { CallSite, GroupFrame, PlannedCall } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import type { ChildFinished, RoomMade } from '../model/node-event.js';
import { isBroken } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { FAIL_FAST_MESSAGE, mustFailFast } from '../policies/fail-fast.policy.js';

/** How calls of one group are placed: everything of a call site that all of them share. */
export type SiteOf = (planned: PlannedCall, ordinal: number) => CallSite;

/**
 * Takes up the calls that have nodes already, then starts the others as far as limits allow. The group keeps counters,
 * so that the end of one of ten thousand items costs one step.
 */
export function openGroup(
  run: RunDraft,
  frame: Omit<GroupFrame, 'queue' | 'next' | 'done'>,
  siteOf: SiteOf,
  isNew: boolean,
): void {
  const queue: number[] = [];
  const known: number[] = [];
  for (const [position, planned] of frame.calls.entries()) {
    const exists = !isNew && run.nodeNamed(siteOf(planned, position).nodeName) !== undefined;
    (exists ? known : queue).push(position);
  }
  const opened: GroupFrame = { ...frame, queue, next: 0, done: 0 };
  const nodes = known.map((position) => nodeOf(run, frame, siteOf, position));
  run.setFrame(nodes.some((node) => breaksOff(frame, node)) ? withoutRest(opened) : opened);
  for (const position of known) {
    const planned = frame.calls[position];
    if (planned) run.kernel.enter(run, siteOf(planned, position));
  }
  startQueued(run, frame.id, siteOf);
  const group = run.frame(frame.id);
  if (group?.kind === 'stepGroup' || group?.kind === 'taskGroup') endIfFailingFast(run, group);
}

function nodeOf(
  run: RunDraft,
  { calls }: Pick<GroupFrame, 'calls'>,
  siteOf: SiteOf,
  position: number,
): NodeStatus | undefined {
  const planned = calls[position];
  return planned && run.nodeNamed(siteOf(planned, position).nodeName);
}

/** Argo makes no more steps of a group after one that could not be made. What began before it goes on. */
const breaksOff = ({ kind }: Pick<GroupFrame, 'kind'>, node: NodeStatus | undefined): boolean =>
  kind === 'stepGroup' && node !== undefined && isBroken(node);

function withoutRest(frame: GroupFrame): GroupFrame {
  const rest = new Set(frame.queue.slice(frame.next));
  const calls = frame.calls.filter((_, position) => !rest.has(position));
  return { ...frame, calls, queue: frame.queue.slice(0, frame.next) };
}

/** Takes up the daemons that a group which is over has left running. */
export function resumeDaemons(run: RunDraft, calls: readonly PlannedCall[], siteOf: SiteOf): void {
  for (const [position, planned] of calls.entries()) {
    const site = siteOf(planned, position);
    const node = run.nodeNamed(site.nodeName);
    if (isUp(node) && !run.frame(run.idOf(site.nodeName))) run.kernel.enter(run, site);
  }
}

function startQueued(run: RunDraft, id: NodeId, siteOf: SiteOf): void {
  const group = run.frame(id);
  if (group?.kind !== 'stepGroup' && group?.kind !== 'taskGroup') return;
  let { next } = group;
  let isOver = false;
  run.release(id);
  for (; next < group.queue.length && !isOver; next++) {
    const position = group.queue[next] ?? 0;
    const planned = group.calls[position];
    if (planned && !startCall(run, group, planned, siteOf(planned, position))) {
      run.hold(id);
      break;
    }
    isOver = breaksOff(group, nodeOf(run, group, siteOf, position));
  }
  const frame = run.frame(id);
  if (frame?.kind !== 'stepGroup' && frame?.kind !== 'taskGroup') return;
  run.setFrame(isOver ? withoutRest({ ...frame, next }) : { ...frame, next });
}

function startCall(run: RunDraft, group: GroupFrame, planned: PlannedCall, site: CallSite): boolean {
  if (planned.skip !== null) {
    run.addChild(group.id, createEnded(run, site, { phase: 'Skipped', message: planned.skip }));
    return true;
  }
  if (!run.kernel.enter(run, site)) return false;
  run.addChild(group.id, run.idOf(site.nodeName));
  return true;
}

/** Counts an end, fills a free place. @returns whether every call is over, and the group's own end is to be told */
export function onGroupEvent(
  run: RunDraft,
  frame: GroupFrame,
  event: ChildFinished | RoomMade,
  siteOf: SiteOf,
): boolean {
  if (event.type === 'ChildFinished') {
    const counted = { ...frame, done: frame.done + 1 };
    run.setFrame(breaksOff(frame, run.node(event.child)) ? withoutRest(counted) : counted);
  } else startQueued(run, frame.id, siteOf);
  const after = run.frame(frame.id);
  if (after?.kind !== 'stepGroup' && after?.kind !== 'taskGroup') return false;
  if (after.done === after.calls.length) return true;
  endIfFailingFast(run, after);
  return false;
}

/** Everything that was started is over, and what is left must not start because a sibling failed. */
function endIfFailingFast(run: RunDraft, frame: GroupFrame): void {
  const started = frame.calls.length - frame.queue.length + frame.next;
  const boundary = run.frame(frame.site.boundary);
  if (
    frame.done < started ||
    frame.next === frame.queue.length ||
    (boundary?.kind !== 'steps' && boundary?.kind !== 'dag')
  )
    return;
  if (mustFailFast(run, boundary)) endNode(run, frame, { phase: 'Failed', message: FAIL_FAST_MESSAGE });
}
