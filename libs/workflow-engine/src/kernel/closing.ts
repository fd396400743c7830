import type { NodeStatus, Outputs, NodePhase } from '@argosy/workflow-spec';
import { endMembers } from '../handlers/container-set-members.js';
import type { CallSite, EndedFrame, Frame } from '../model/frame.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { NodeId } from '../model/ids.js';
import { isCompleted, isFulfilled } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { driveHooks, hooksOf } from '../policies/hooks.policy.js';
import { publishGlobalOutputs } from '../policies/global-outputs.policy.js';
import { keepOutputs } from '../policies/memoize.policy.js';
import { endMetrics } from '../policies/metrics.policy.js';
import { accrueProgress, completeProgress, hasOwnProgress, progressAtEnd } from '../policies/progress.policy.js';
import { describeNode } from './node-description.js';
import type { RunDraft } from './run-draft.js';

export interface Ending {
  readonly phase: Exclude<NodePhase, 'Pending' | 'Running'>;
  readonly message?: string;
  readonly outputs?: Outputs | undefined;
  readonly finishedAt?: Instant | null;
  readonly change?: Partial<NodeStatus>;
  /** The outputs are in the cache they belong in. */
  readonly isKept?: true;
}

/** Ends an open node. Its owner hears of it once its hooks are fulfilled too. */
export function endNode(run: RunDraft, frame: Frame, ending: Ending): void {
  if (isFulfilled(run.node(frame.id)?.phase) || keepOutputs(run, frame, ending)) return;
  if (frame.kind === 'steps' || frame.kind === 'dag') endDaemons(run, frame.id);
  const outputs = ending.outputs && Object.keys(ending.outputs).length > 0 ? ending.outputs : undefined;
  run.update(frame.id, {
    ...ending.change,
    ...(outputs && { outputs }),
    phase: ending.phase,
    message: ending.message || undefined,
    finishedAt: formatTime(ending.finishedAt ?? run.now),
    daemoned: undefined,
    synchronizationStatus: undefined,
  });
  if (ending.phase === 'Succeeded') publishGlobalOutputs(run, outputs);
  if (frame.kind === 'containerSet') endMembers(run, frame, ending);
  if ('podName' in frame) run.forgetPod(frame.podName);
  // Of attempts the one that counts is told with its retry, the others when they are made up for.
  if ('template' in frame && !frame.site.attempt) endMetrics(run, frame.id, frame.template);
  const { id, name, site, hooks, startedHooks, openHooks, isUp: wasUp } = frame;
  run.release(id);
  run.setFrame({ kind: 'ended', id, name, site, hooks, startedHooks, openHooks, ...(wasUp && { isUp: wasUp }) });
  driveHooks(run, id);
  releaseEnded(run, id);
}

/** Tells the owner when nothing of the call is open any more, or when what is left is a daemon that is up. */
export function releaseEnded(run: RunDraft, id: NodeId): void {
  const frame = run.frame(id);
  if (!frame || frame.openHooks > 0 || run.heldFrames().includes(id)) return;
  if (frame.kind === 'ended') run.removeFrame(id);
  else if (frame.isUp || !isUp(run.node(id))) return;
  // Its end comes with the end of what is around it: then there is nothing more for a hook to see.
  else run.setFrame({ ...frame, isUp: true, hooks: null });
  // Told once; but a retried call wants to know of the end of its attempt too.
  if (!frame.isUp || frame.site.attempt) run.emit(frame.site.owner, { type: 'ChildFinished', child: id });
}

/** Ends the daemons inside a steps or DAG node that is over; null: all that are left when the run is. */
export function endDaemons(run: RunDraft, boundary: NodeId | null): void {
  if (boundary !== null && run.tally.daemons(boundary) === 0) return;
  const isMeant = ({ id, site }: Frame): boolean =>
    (boundary === null || site.boundary === boundary) &&
    (isUp(run.node(id)) || (site.attempt !== null && isUp(run.node(site.owner))));
  const frames = [...run.openFrames()].filter(isMeant).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const frame of frames) {
    if (run.node(frame.id)?.type === 'Pod') completeProgress(run, frame);
    endNode(run, frame, { phase: 'Succeeded' });
  }
}

/** A suspended node ends between passes, when a person says so. What that means for the run is made up for here. */
function catchUp(run: RunDraft, placed: Pick<Frame, 'id' | 'site'>, node: NodeStatus): void {
  if ((node.phase !== 'Succeeded' && node.phase !== 'Skipped') || node.progress === '1/1') return;
  publishGlobalOutputs(run, node.outputs);
  completeProgress(run, placed);
}

/** Takes up a call whose node ended in an earlier pass: only its hooks may still be open. */
export function adoptEnded(run: RunDraft, site: CallSite, node: NodeStatus): void {
  const id = node.id as NodeId;
  if (node.type === 'Suspend') catchUp(run, { id, site }, node);
  // The hooks of a call are not those of its attempts.
  const hooks = isCompleted(node.phase) && !site.attempt ? hooksOf(site.call) : null;
  if (!hooks) {
    run.emit(site.owner, { type: 'ChildFinished', child: id });
    return;
  }
  const frame: EndedFrame = { kind: 'ended', id, name: node.name, site, hooks, startedHooks: [], openHooks: 0 };
  run.setFrame(frame);
  driveHooks(run, id);
  releaseEnded(run, id);
}

/** Makes a node that is over before it began: skipped, omitted, or impossible. */
export function createEnded(
  run: RunDraft,
  site: CallSite,
  ending: Ending & { readonly type?: NodeStatus['type'] },
): NodeId {
  const { type = 'Skipped', phase, message } = ending;
  const own = hasOwnProgress({ type }) && { progress: progressAtEnd(phase) };
  const id = run.create({
    ...describeNode(run, site),
    type,
    phase,
    ...(message && { message }),
    ...own,
    ...ending.change,
  });
  if (own) accrueProgress(run, { id, site }, [phase === 'Succeeded' ? 1 : 0, 1]);
  const node = run.node(id);
  if (node) adoptEnded(run, site, node);
  return id;
}

/** What went wrong with a call; a DAG names the task. */
export function describeError(site: CallSite, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isTask = site.prefix.startsWith('tasks.') && !site.hooked && !site.attempt;
  return isTask ? `task '${site.nodeName}' errored: ${message}` : message;
}

/** The call cannot be made; Argo shows such nodes as type Skipped, phase Error. */
export function endInError(run: RunDraft, site: CallSite, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const id = run.idOf(site.nodeName);
  const frame = run.frame(id);
  const node = run.node(id);
  if (frame) endNode(run, frame, { phase: 'Error', message });
  else if (!node) createEnded(run, site, { phase: 'Error', message });
  else {
    run.update(id, { phase: 'Error', message, finishedAt: formatTime(run.now) });
    adoptEnded(run, site, { ...node, phase: 'Error' });
  }
}
