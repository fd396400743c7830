import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { Frame } from '../model/frame.js';

/** A node, and where it stands: enough to find what is above it. */
type Placed = Pick<Frame, 'id' | 'site'>;

type Progress = readonly [done: number, all: number];

/** Adds a pod's progress to every node above it and to the workflow: the cost is the depth, not the width. */
export function accrueProgress(run: RunDraft, frame: Placed, change: Progress): void {
  for (const id of ownersOf(run, frame)) run.update(id, { progress: added(run.node(id)?.progress, change) });
  run.status = { ...run.status, progress: added(run.status.progress, change) };
}

/** Adds what a pod used to every node above it and to the workflow. */
export function accrueResources(run: RunDraft, frame: Placed, used: Readonly<Record<string, number>>): void {
  for (const id of ownersOf(run, frame))
    run.update(id, { resourcesDuration: sum(run.node(id)?.resourcesDuration, used) });
  run.status = { ...run.status, resourcesDuration: sum(run.status.resourcesDuration, used) };
}

/** Takes over the progress that a pod reported of itself. */
export function reportProgress(run: RunDraft, frame: Placed, progress: string): void {
  const [doneBefore, allBefore] = parseProgress(run.node(frame.id)?.progress);
  const [done, all] = parseProgress(progress);
  if (all <= 0 || done > all || !Number.isSafeInteger(all) || (done === doneBefore && all === allBefore)) return;
  run.update(frame.id, { progress: `${done}/${all}` });
  accrueProgress(run, frame, [done - doneBefore, all - allBefore]);
}

export function completeProgress(run: RunDraft, frame: Placed): void {
  const [, all] = parseProgress(run.node(frame.id)?.progress);
  reportProgress(run, frame, `${all}/${all}`);
}

function parseProgress(progress: string | undefined): Progress {
  const [, done, all] = /^(\d+)\/(\d+)$/.exec(progress ?? '') ?? [];
  return [Number(done ?? 0), Number(all ?? 0)];
}

const LEAVES: ReadonlySet<string> = new Set(['Pod', 'HTTP', 'Plugin', 'Suspend']);
/** What works itself counts; groups add up. */
export const hasOwnProgress = (node: NodeStatus | undefined): boolean => LEAVES.has(node?.type ?? '');

function* ownersOf(run: RunDraft, frame: Placed): Generator<Frame['id']> {
  for (let { site } = frame; ;) {
    const owner = run.frame(site.owner);
    // A pod's own numbers are what its container reported; its hooks do not count into them.
    if (run.node(site.owner) && !hasOwnProgress(run.node(site.owner))) yield site.owner;
    // The group that a daemon was started in may be over; what is around the group is not.
    const next = owner ?? run.frame(site.boundary);
    if (!next) return;
    if (!owner && !hasOwnProgress(run.node(next.id))) yield next.id;
    site = next.site;
  }
}

function added(progress: string | undefined, [done, all]: Progress): string {
  const [doneBefore, allBefore] = parseProgress(progress);
  return `${doneBefore + done}/${allBefore + all}`;
}

function sum(
  a: Readonly<Record<string, number>> | undefined,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [resource, seconds] of Object.entries(b)) total[resource] = (total[resource] ?? 0) + seconds;
  return total;
}
