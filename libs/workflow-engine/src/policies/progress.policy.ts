import type { NodePhase, NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { Frame } from '../model/frame.js';
import { containersOf } from '../projections/containers.js';
import type { NodeId } from '../model/ids.js';

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

/** What is taken back does not count any longer. */
export function discountProgress(run: RunDraft, frame: Placed): void {
  const node = run.node(frame.id);
  if (!hasOwnProgress(node)) return;
  const [done, all] = parseProgress(node?.progress);
  accrueProgress(run, frame, [-done, -all]);
}

/** A node that is over as it is made. */
export const progressAtEnd = (phase: NodePhase | undefined): '1/1' | '0/1' => (phase === 'Succeeded' ? '1/1' : '0/1');

/**
 * The progress of the workflow, added up anew as Argo does on every pass: a run that another controller began may tell
 * something else, and older ones did not tell it of all nodes.
 */
export function recountProgress(run: RunDraft): void {
  let [done, all] = [0, 0];
  for (const node of [...run.allNodes()].filter(hasOwnProgress)) {
    const isTold = parseProgress(node.progress)[1] > 0;
    if (!isTold) run.update(node.id as NodeId, { progress: progressAtEnd(node.phase) });
    const [own, ofAll] = isTold ? parseProgress(node.progress) : parseProgress(progressAtEnd(node.phase));
    done += own;
    all += ofAll;
  }
  const progress = `${done}/${all}`;
  if (run.status.progress === progress) return;
  run.status = { ...run.status, progress };
  recountGroups(run);
}

function recountGroups(run: RunDraft): void {
  const tree = { workflow: run.workflow, nodes: { get: (id: NodeId) => run.node(id) } };
  const totals = new Map<string, string>();
  for (const node of run.allNodes()) {
    if (!hasOwnProgress(node)) continue;
    for (const { id } of containersOf(tree, node)) totals.set(id, added(totals.get(id), parseProgress(node.progress)));
  }
  for (const { id } of [...run.allNodes()].filter((node) => !hasOwnProgress(node) && totals.has(node.id)))
    run.update(id as NodeId, { progress: totals.get(id) ?? '0/0' });
}

const LEAVES: ReadonlySet<string> = new Set(['Pod', 'Container', 'HTTP', 'Plugin', 'Suspend']);
/** What works itself counts; groups add up. */
export const hasOwnProgress = (node: Pick<NodeStatus, 'type'> | undefined): boolean => LEAVES.has(node?.type ?? '');

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
