import type { Box, Boxes, GraphStep } from './graph.js';
import { isHook } from './graph.js';

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The frame that holds both ends; null when nothing does. */
  readonly frame: string | null;
  /** To a hook: it follows, but nothing depends on it. */
  readonly isHook: boolean;
}

/** The box and the frames around it, outermost first. */
function chainOf(box: Box, byId: ReadonlyMap<string, Box>): Box[] {
  const chain: Box[] = [];
  for (let at: Box | undefined = box; at; at = at.frame === null ? undefined : byId.get(at.frame)) chain.push(at);
  return chain.reverse();
}

/**
 * Who comes after whom. An edge joins boxes that lie side by side: what goes on between the insides of two frames is an
 * edge between the frames. Thousands of items that all lead to thousands of others are one edge so, not millions.
 */
export function edgesOf(steps: readonly GraphStep[], { boxes, boxOf }: Boxes): GraphEdge[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const byStep = new Map(steps.map((step) => [step.id, step]));
  const edges = new Map<string, GraphEdge>();
  const join = (from: Box, to: Box): void => {
    if (from === to) return;
    const [a, b] = [chainOf(from, byId), chainOf(to, byId)];
    let level = 0;
    while (level < a.length && level < b.length && a[level] === b[level]) level++;
    const [first, second] = [a[level], b[level]];
    // One contains the other: the frame says so already.
    if (!first || !second) return;
    const key = `${first.id}>${second.id}`;
    const hooked = second.step !== undefined && isHook(second.step);
    if (!edges.has(key)) edges.set(key, { from: first.id, to: second.id, frame: first.frame, isHook: hooked });
  };
  const targets = entered(byStep, boxOf);
  const leaving = new Map<string, Set<Box>>();
  for (const step of steps) {
    const from = boxOf.get(step.id);
    if (!from || step.type === 'StepGroup') continue;
    for (const id of step.children) {
      if (byStep.get(id)?.type !== 'StepGroup') {
        const to = boxOf.get(id);
        if (to) join(from, to);
      } else leaving.set(id, (leaving.get(id) ?? new Set()).add(outermost(from, id, byStep, byId)));
    }
  }
  for (const [group, sources] of leaving) for (const to of targets(group)) for (const from of sources) join(from, to);
  joinHooks(boxes, edges);
  return [...edges.values()];
}

/** The boxes that a group of steps leads into; through groups in which nothing ran. */
function entered(byStep: ReadonlyMap<string, GraphStep>, boxOf: Boxes['boxOf']): (group: string) => ReadonlySet<Box> {
  const known = new Map<string, Set<Box>>();
  const of = (group: string): Set<Box> => {
    const before = known.get(group);
    if (before) return before;
    const boxes = new Set<Box>();
    known.set(group, boxes);
    for (const id of byStep.get(group)?.children ?? []) {
      if (byStep.get(id)?.type === 'StepGroup') for (const box of of(id)) boxes.add(box);
      else {
        const box = boxOf.get(id);
        if (box) boxes.add(box);
      }
    }
    return boxes;
  };
  return of;
}

/** Items of a loop lead on together: the loop's box stands for them, so that the next group gets one edge. */
function outermost(
  from: Box,
  group: string,
  byStep: ReadonlyMap<string, GraphStep>,
  byId: ReadonlyMap<string, Box>,
): Box {
  const parent = byStep.get(group)?.name.replace(/\[\d+\]$/, '');
  const chain = chainOf(from, byId);
  const at = chain.findIndex(({ step }) => step?.name === parent);
  return chain[at + 1] ?? from;
}

/** Hooks come behind what they belong to; the one of the whole run behind everything that ends it. */
function joinHooks(boxes: readonly Box[], edges: Map<string, GraphEdge>): void {
  const byName = new Map(boxes.flatMap((box) => (box.step ? [[box.step.name, box]] : [])));
  const hasNext = new Set([...edges.values()].map(({ from }) => from));
  for (const hook of boxes) {
    if (!hook.step || !isHook(hook.step)) continue;
    const owner = byName.get(hook.step.name.replace(/\.(onExit|hooks\.[^.]+)$/, ''));
    const sources =
      owner && owner.frame === hook.frame
        ? [owner]
        : boxes.filter(({ id, frame, step }) => frame === hook.frame && !hasNext.has(id) && !(step && isHook(step)));
    for (const { id: from } of sources)
      edges.set(`${from}>${hook.id}`, { from, to: hook.id, frame: hook.frame, isHook: true });
  }
}
