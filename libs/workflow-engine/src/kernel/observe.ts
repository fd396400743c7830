import { isLeftover } from '../policies/leftover-pod.policy.js';
import type { Frame, PodFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { withoutEarliest } from '../model/timer-heap.js';
import type { RunDraft } from './run-draft.js';

/**
 * What in the world differs from what is recorded, as events. Looks only at pods that may have changed and at timers
 * that are due; on a resync at every open pod.
 */
export function observe(run: RunDraft): void {
  for (const id of podsToLookAt(run)) {
    const frame = run.frame(id);
    if (frame && 'podName' in frame) observePod(run, frame);
  }
  for (const id of requestsToLookAt(run)) {
    run.emit(id, { type: 'RequestObserved', request: run.world.request?.(id) });
  }
  for (const id of [...run.storing].sort()) run.emit(id, { type: 'StoreAnswered' });
  fireTimers(run);
}

/** By node id, so that the order in which changes are told does not matter. */
function podsToLookAt(run: RunDraft): NodeId[] {
  const { changedPods } = run.world;
  if (changedPods === null || run.rebuilding) return [...run.openPods()].map(([, id]) => id).sort();
  const ids = new Set(changedPods.flatMap((podName) => run.nodeOfPod(podName) ?? []));
  return [...ids].sort();
}

function requestsToLookAt(run: RunDraft): NodeId[] {
  const { changedPods } = run.world;
  if (changedPods === null || run.rebuilding)
    return [...run.openFrames()].flatMap((frame) => (isRequest(frame) ? [frame.id] : [])).sort();
  return [...new Set(changedPods)].filter((id) => isRequest(run.frame(id as NodeId))).sort() as NodeId[];
}

const isRequest = (frame: Frame | undefined): boolean => frame?.kind === 'http' || frame?.kind === 'plugin';

function observePod(run: RunDraft, frame: PodFrame): void {
  const pod = run.world.pod(frame.podName);
  if (!pod) run.emit(frame.id, { type: 'PodLost' });
  else if (!isLeftover(run.node(frame.id), pod)) run.emit(frame.id, { type: 'PodObserved', pod });
}

/** Timers of nodes that are over are thrown away as they come up. */
function fireTimers(run: RunDraft): void {
  for (let top = run.timers; top && top.dueAt <= run.now; top = run.timers) {
    run.timers = withoutEarliest(top);
    if (run.frame(top.nodeId)) run.emit(top.nodeId, { type: 'TimerDue' });
  }
}
