import { stepTree } from '@argosy/sdk/step-tree';
import type { StepTreeNode } from '@argosy/sdk/step-tree';
import type { NodePhase, StepFragment } from '../../../gql/operations.js';

export type GraphStep = Pick<
  StepFragment,
  'id' | 'name' | 'displayName' | 'type' | 'templateName' | 'phase' | 'children' | 'startedAt' | 'finishedAt'
>;

/** What is drawn: a step, or a frame around the steps of a loop or of a template that has steps of its own. */
export interface Box {
  /** Of the step; a loop among groups of steps has no step of its own. */
  readonly id: string;
  readonly label: string;
  readonly step: GraphStep | undefined;
  readonly phase: NodePhase;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The frame around it; null for those that nothing is around. */
  readonly frame: string | null;
  readonly depth: number;
  /** Only frames can be folded. */
  readonly fold: 'folded' | 'open' | undefined;
  /** A loop: what is in it goes side by side, in no order. */
  readonly isLoop: boolean;
  /** Steps inside that do something themselves, by phase; empty for a single step. */
  readonly inside: ReadonlyMap<NodePhase, number>;
  readonly attempts: number;
}

/** What contains what, before it is decided what is drawn. */
interface Part {
  readonly id: string;
  readonly label: string;
  readonly step: GraphStep | undefined;
  readonly isLoop: boolean;
  /** Steps that are told in its box: what was tried before it succeeded, or failed for good. */
  readonly attempts: readonly string[];
  readonly parts: readonly Part[];
}
export interface Boxes {
  /** In drawing order: frames before what they contain. */
  readonly boxes: readonly Box[];
  /** The box that stands for a step: its own, or the folded frame that it is in. */
  readonly boxOf: ReadonlyMap<string, Box>;
}
/** What the person folded or unfolded, by the id of the frame. */
export type Folds = ReadonlyMap<string, boolean>;

/** Frames with more steps than this are folded at first, and so are frames deeper than that. */
const MOST_OPEN = 24;
const DEEPEST_OPEN = 4;
/** The phase of many is the most pressing of theirs. */
const PRESSING: readonly NodePhase[] = ['ERROR', 'FAILED', 'RUNNING', 'PENDING', 'SUCCEEDED', 'SKIPPED', 'OMITTED'];
const HOOK = /\.(onExit|hooks\.[^.]+)$/;

export const isHook = ({ name }: GraphStep): boolean => HOOK.test(name);

type TreeNode = StepTreeNode<GraphStep>;

/** `a[0].b(3:x)` is an item of the loop `a[0].b`. Undefined for everything else. */
function loopName({ name }: GraphStep): string | undefined {
  const item = /\(\d+(:|\)$)/g;
  if (!name.endsWith(')')) return undefined;
  let last: number | undefined;
  for (const match of name.matchAll(item)) last = match.index;
  return last === undefined ? undefined : name.slice(0, last);
}

/** Items of a loop among groups of steps have no step around them; they get a part of their own. */
function withLoops(nodes: readonly TreeNode[], parent: GraphStep | undefined): Part[] {
  const parts: (Part & { parts: Part[] })[] = [];
  const loops = new Map<string, Part & { parts: Part[] }>();
  for (const node of nodes) {
    const name = parent?.type === 'Steps' ? loopName(node.step) : undefined;
    const part = partOf(node);
    const known = name === undefined ? undefined : loops.get(name);
    if (known) known.parts.push(part);
    else if (name === undefined) parts.push({ ...part, parts: [...part.parts] });
    else {
      const label = name.slice(name.lastIndexOf('.') + 1);
      const loop = { id: `loop:${name}`, label, step: undefined, isLoop: true, attempts: [], parts: [part] };
      loops.set(name, loop);
      parts.push(loop);
    }
  }
  return parts;
}

function partOf({ step, children }: TreeNode): Part {
  const own = children.filter(({ step: child }) => !isHook(child));
  // Attempts are told in the box of what is tried again, unless they have steps of their own.
  const isRetry = step.type === 'Retry' && own.every(({ children: below }) => below.length === 0);
  const hooks = children.filter(({ step: child }) => isHook(child));
  return {
    id: step.id,
    label: step.displayName,
    step,
    isLoop: step.type === 'TaskGroup',
    attempts: isRetry ? own.map(({ step: { id } }) => id) : [],
    // Hooks of a step that is drawn as one box would make a frame of it: `partsOf` puts them beside it.
    parts: isRetry || own.length === 0 ? [] : withLoops([...own, ...hooks].flatMap(beside), step),
  };
}

/** A step, and behind it the hooks that belong to it, when it is no frame that could hold them. */
function beside(node: TreeNode): TreeNode[] {
  const isBox = node.children.every(({ step }) => isHook(step)) || node.step.type === 'Retry';
  if (!isBox) return [node];
  const hooks = node.children.filter(({ step }) => isHook(step));
  return [{ step: node.step, children: node.children.filter(({ step }) => !isHook(step)) }, ...hooks];
}

function pressing(inside: ReadonlyMap<NodePhase, number>): NodePhase {
  return PRESSING.find((phase) => inside.has(phase)) ?? 'PENDING';
}

function countInto(counts: Map<NodePhase, number>, { step, parts }: Part): void {
  if (parts.length > 0) for (const part of parts) countInto(counts, part);
  else if (step) counts.set(step.phase, (counts.get(step.phase) ?? 0) + 1);
}

function span(part: Part): Pick<Box, 'startedAt' | 'finishedAt'> {
  if (part.step) return part.step;
  const starts = part.parts.flatMap(({ step }) => step?.startedAt ?? []).sort();
  const ends = part.parts.map(({ step }) => step?.finishedAt ?? null);
  return { startedAt: starts[0] ?? null, finishedAt: ends.includes(null) ? null : (ends.sort().at(-1) ?? null) };
}

function boxFor(part: Part, frame: string | null, depth: number, folds: Folds): Box {
  const inside = new Map<NodePhase, number>();
  for (const below of part.parts) countInto(inside, below);
  const size = [...inside.values()].reduce((sum, count) => sum + count, 0);
  const isFolded = folds.get(part.id) ?? (size > MOST_OPEN || depth >= DEEPEST_OPEN);
  const { id, label, step, isLoop } = part;
  return {
    ...span(part),
    ...{ id, label, step, isLoop, frame, depth, inside },
    attempts: Math.max(1, part.attempts.length),
    phase: step?.phase ?? pressing(inside),
    fold: part.parts.length === 0 ? undefined : isFolded ? 'folded' : 'open',
  };
}

/** The boxes to draw. The run itself is the canvas, not a frame. */
export function boxesOf(steps: readonly GraphStep[], folds: Folds): Boxes {
  const boxes: Box[] = [];
  const boxOf = new Map<string, Box>();
  const standFor = (box: Box, parts: readonly Part[]): void => {
    for (const part of parts) {
      for (const id of [part.id, ...part.attempts]) boxOf.set(id, box);
      standFor(box, part.parts);
    }
  };
  const draw = (part: Part, frame: string | null, depth: number): void => {
    const box = boxFor(part, frame, depth, folds);
    boxes.push(box);
    for (const id of [part.id, ...part.attempts]) boxOf.set(id, box);
    if (box.fold === 'open') for (const below of part.parts) draw(below, part.id, depth + 1);
    else standFor(box, part.parts);
  };
  const roots = stepTree(steps);
  for (const root of roots) {
    const isCanvas = beside(root).length === 1 && partOf(root).parts.length > 0;
    const parts = isCanvas ? withLoops(root.children.flatMap(beside), root.step) : beside(root).map(partOf);
    for (const part of parts) draw(part, null, 0);
  }
  return { boxes, boxOf };
}
