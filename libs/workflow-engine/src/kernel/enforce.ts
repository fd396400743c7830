import type { Frame, NodeKind } from '../model/frame.js';
import { DEADLINE_MESSAGE, isPastDeadline } from '../policies/deadline.policy.js';
import { isShutDown, podShutdownMessage, shutdownOf, stoppedMessage } from '../policies/shutdown.policy.js';
import { endNode } from './closing.js';
import type { RunDraft } from './run-draft.js';

/** Ends the open leaves of a run that is being shut down or is past its deadline. Their pods are terminated by plan. */
export function enforce(run: RunDraft): void {
  const strategy = shutdownOf(run);
  const isLate = isPastDeadline(run);
  if (!strategy && !isLate) return;
  if (isLate) tellTimeout(run);
  for (const frame of [...run.openFrames()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (isShutDown(run, frame.site.onExit)) endLeaf(run, frame, stoppedMessage(strategy), podShutdownMessage(strategy));
    else if (isLate && !frame.site.onExit) endLeaf(run, frame, DEADLINE_MESSAGE, DEADLINE_MESSAGE);
  }
}

/** Told once: afterwards no leaf but an exit handler's is open. */
function tellTimeout(run: RunDraft): void {
  const isTold = ![...run.openFrames()].some((frame) => frame.kind !== 'ended' && !frame.site.onExit);
  if (isTold) return;
  const message = 'Workflow timed out';
  const { phase = 'Running' } = run.status;
  run.journal.push({ reason: 'WorkflowTimedOut', nodeId: null, nodeName: null, before: phase, after: phase, message });
}

const NO_PODS: ReadonlySet<NodeKind> = new Set<NodeKind>(['suspend', 'waiting', 'http', 'plugin']);

function endLeaf(run: RunDraft, frame: Frame, message: string, podMessage: string): void {
  if (NO_PODS.has(frame.kind)) endNode(run, frame, { phase: 'Failed', message });
  // Its work is done; the cache will have to do without.
  else if (frame.kind === 'storing') endNode(run, frame.inner, { ...frame.ending, isKept: true });
  else if ('podName' in frame) endNode(run, frame, { phase: 'Failed', message: podMessage });
  // A retried call that waits for its next attempt asks anew and learns that there is none.
  else if (frame.kind === 'retry') run.emit(frame.id, { type: 'RoomMade' });
}
