import type { RunDraft } from '../kernel/run-draft.js';
import type { Frame } from '../model/frame.js';

type Progress = readonly [done: number, all: number];

/** Adds a pod's progress to every node above it and to the workflow: the cost is the depth, not the width. */
export function accrueProgress(run: RunDraft, frame: Frame, change: Progress): void {
  for (const id of ownersOf(run, frame)) run.update(id, { progress: added(run.node(id)?.progress, change) });
  run.status = { ...run.status, progress: added(run.status.progress, change) };
}

/** Adds what a pod used to every node above it and to the workflow. */
export function accrueResources(run: RunDraft, frame: Frame, used: Readonly<Record<string, number>>): void {
  for (const id of ownersOf(run, frame))
    run.update(id, { resourcesDuration: sum(run.node(id)?.resourcesDuration, used) });
  run.status = { ...run.status, resourcesDuration: sum(run.status.resourcesDuration, used) };
}

function* ownersOf(run: RunDraft, frame: Frame): Generator<Frame['id']> {
  for (let owner = run.frame(frame.site.owner); owner; owner = run.frame(owner.site.owner)) {
    // A pod's own numbers are what its container reported; its hooks do not count into them.
    if (run.node(owner.id)?.type !== 'Pod') yield owner.id;
  }
}

function added(progress: string | undefined, [done, all]: Progress): string {
  const [, doneBefore, allBefore] = /^(\d+)\/(\d+)$/.exec(progress ?? '') ?? [];
  return `${Number(doneBefore ?? 0) + done}/${Number(allBefore ?? 0) + all}`;
}

function sum(
  a: Readonly<Record<string, number>> | undefined,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [resource, seconds] of Object.entries(b)) total[resource] = (total[resource] ?? 0) + seconds;
  return total;
}
