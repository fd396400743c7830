import type { NodePhase, StepFragment } from '../../gql/operations.js';

/** A box of the graph: a step, or many items of one loop that are shown as one. */
export interface GraphStep {
  readonly id: string;
  readonly label: string;
  readonly phase: NodePhase;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly count: number;
}
export interface Graph {
  readonly steps: readonly GraphStep[];
  readonly edges: readonly (readonly [string, string])[];
}

/** Loops with more items than this are drawn as one box. */
const MOST_ITEMS = 25;
/** The phase of many is the most pressing of theirs. */
const PRESSING: readonly NodePhase[] = ['ERROR', 'FAILED', 'RUNNING', 'PENDING', 'SUCCEEDED', 'SKIPPED', 'OMITTED'];

const box = (step: StepFragment): GraphStep => ({
  id: step.id,
  label: step.displayName,
  phase: step.phase,
  startedAt: step.startedAt,
  finishedAt: step.finishedAt,
  count: 1,
});

/** What is drawn: steps and who comes after whom. Groups of steps are passed through; wide loops are folded. */
export function graphOf(steps: readonly StepFragment[]): Graph {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const folded = foldedItems(steps);
  const shown = steps.filter(({ id, type }) => type !== 'StepGroup' && !folded.has(id));
  const boxes = new Map(shown.map((step) => [step.id, box(step)]));
  for (const [id, owner] of folded) {
    const [item, group] = [byId.get(id), boxes.get(owner)];
    if (!item || !group) continue;
    const phase = PRESSING.find((candidate) => candidate === item.phase || candidate === group.phase) ?? group.phase;
    boxes.set(owner, { ...group, phase, count: group.count === 1 ? 2 : group.count + 1 });
  }
  const edges = new Set<string>();
  const successors = (id: string, seen: Set<string>): string[] =>
    (byId.get(id)?.children ?? []).flatMap((child) => {
      if (seen.has(child)) return [];
      seen.add(child);
      const owner = folded.get(child);
      if (owner) return owner === id ? successors(child, seen) : [owner];
      return boxes.has(child) ? [child] : successors(child, seen);
    });
  for (const { id } of shown)
    for (const next of successors(id, new Set([id]))) if (next !== id) edges.add(JSON.stringify([id, next]));
  return { steps: [...boxes.values()], edges: [...edges].map((edge) => JSON.parse(edge) as [string, string]) };
}

/** Items of loops that are too wide to draw, with the loop that stands for them. */
function foldedItems(steps: readonly StepFragment[]): Map<string, string> {
  const folded = new Map<string, string>();
  for (const { id, type, children } of steps) {
    if ((type !== 'TaskGroup' && type !== 'StepGroup') || children.length <= MOST_ITEMS) continue;
    const [first] = children;
    const owner = type === 'TaskGroup' ? id : first;
    for (const child of children) if (owner && child !== owner) folded.set(child, owner);
  }
  return folded;
}
