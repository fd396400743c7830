import { HANDLERS } from '../handlers/table.js';
import type { EngineCommand } from '../model/command.js';
import type { Frame, NodeKind } from '../model/frame.js';
import type { NodeEvent } from '../model/node-event.js';
import type { NodeId } from '../model/ids.js';
import { driveHooks, hookFinished } from '../policies/hooks.policy.js';
import { releaseEnded } from './closing.js';
import type { RunDraft } from './run-draft.js';

/** Gives one event to the handler of its node's kind, and lets the node's hooks see what became of it. */
export function step(run: RunDraft, frame: Frame, event: NodeEvent): void {
  const isOfHook = event.type === 'ChildFinished' && isHook(run, event.child);
  run.scope.trace?.({ kind: frame.kind, phase: run.node(frame.id)?.phase, event, isHook: isOfHook });
  if (isOfHook) hookFinished(run, frame.id);
  else if (event.type !== 'RoomMade' || HOLDS_CALLS.has(frame.kind)) handlerOf(frame.kind).on(run, frame, event);
  driveHooks(run, frame.id);
  releaseEnded(run, frame.id);
}

/** Any node may wait with a hook; only these wait with calls of their own. */
const HOLDS_CALLS: ReadonlySet<NodeKind> = new Set<NodeKind>(['stepGroup', 'taskGroup', 'dag', 'retry']);

export function desired(run: RunDraft, frame: Frame): readonly EngineCommand[] {
  return handlerOf(frame.kind).desired?.(run, frame) ?? [];
}

interface AnyHandler {
  on(run: RunDraft, frame: Frame, event: NodeEvent): void;
  desired?(run: RunDraft, frame: Frame): readonly EngineCommand[];
}
/** The table pairs every kind with its own frames and events; the compiler cannot follow that through a variable. */
const handlerOf = (kind: NodeKind): AnyHandler => HANDLERS[kind];

/** The attempts of a retried hook carry both flags; they belong to the retry. */
function isHook(run: RunDraft, child: NodeId): boolean {
  const flags = run.node(child)?.nodeFlag;
  return flags?.hooked === true && flags.retried !== true;
}
