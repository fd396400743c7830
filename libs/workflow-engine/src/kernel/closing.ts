import type { NodeStatus, Outputs, NodePhase } from '@argosy/workflow-spec';
import type { CallSite, EndedFrame, Frame } from '../model/frame.js';
import { formatTime } from '../model/instant.js';
import type { Instant } from '../model/instant.js';
import type { NodeId } from '../model/ids.js';
import { isCompleted, isFulfilled } from '../model/phases.js';
import { driveHooks, hooksOf } from '../policies/hooks.policy.js';
import { publishGlobalOutputs } from '../policies/global-outputs.policy.js';
import { describeNode } from './node-description.js';
import type { RunDraft } from './run-draft.js';

export interface Ending {
  readonly phase: Exclude<NodePhase, 'Pending' | 'Running'>;
  readonly message?: string;
  readonly outputs?: Outputs | undefined;
  readonly finishedAt?: Instant | null;
  readonly change?: Partial<NodeStatus>;
}

/** Ends an open node. Its owner hears of it once its hooks are fulfilled too. */
export function endNode(run: RunDraft, frame: Frame, ending: Ending): void {
  if (isFulfilled(run.node(frame.id)?.phase)) return;
  const outputs = ending.outputs && Object.keys(ending.outputs).length > 0 ? ending.outputs : undefined;
  run.update(frame.id, {
    ...ending.change,
    ...(outputs && { outputs }),
    phase: ending.phase,
    message: ending.message || undefined,
    finishedAt: formatTime(ending.finishedAt ?? run.now),
  });
  if (ending.phase === 'Succeeded') publishGlobalOutputs(run, outputs);
  if ('podName' in frame) run.forgetPod(frame.podName);
  const { id, name, site, hooks, startedHooks, openHooks } = frame;
  run.release(id);
  run.setFrame({ kind: 'ended', id, name, site, hooks, startedHooks, openHooks });
  driveHooks(run, id);
  releaseEnded(run, id);
}

/** Tells the owner when nothing of the call is open any more. */
export function releaseEnded(run: RunDraft, id: NodeId): void {
  const frame = run.frame(id);
  if (frame?.kind !== 'ended' || frame.openHooks > 0 || run.heldFrames().includes(id)) return;
  run.removeFrame(id);
  run.emit(frame.site.owner, { type: 'ChildFinished', child: id });
}

/** Takes up a call whose node ended in an earlier pass: only its hooks may still be open. */
export function adoptEnded(run: RunDraft, site: CallSite, node: NodeStatus): void {
  const id = node.id as NodeId;
  const hooks = isCompleted(node.phase) ? hooksOf(site.call) : null;
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
  const id = run.create({ ...describeNode(run, site), type, phase, ...(message && { message }), ...ending.change });
  const node = run.node(id);
  if (node) adoptEnded(run, site, node);
  return id;
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
