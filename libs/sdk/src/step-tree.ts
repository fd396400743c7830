/** What is needed to know of a step to put it into the tree. */
export interface StepInTree {
  readonly name: string;
  readonly type: string;
  readonly startedAt: string | null;
}
export interface StepTreeNode<Step extends StepInTree> {
  readonly step: Step;
  readonly children: readonly StepTreeNode<Step>[];
}

/** The name one level up: `a[0].b(1:x)` → `a[0].b` → `a[0]` → `a`. Null at the top. */
export function enclosingName(name: string): string | null {
  const loopItem = name.endsWith(')');
  let depth = 0;
  for (let index = name.length - 1; index > 0; index--) {
    const char = name[index];
    if (char === ')') depth++;
    if (char === '(' && --depth === 0 && loopItem) return name.slice(0, index);
    if (depth === 0 && (char === '.' || char === '[')) return name.slice(0, index);
  }
  return null;
}

/** ISO instants sort as text, and so does what has not started yet: behind all of them. */
const NOT_STARTED = '9';
const names = new Intl.Collator('en', { numeric: true });

/** Times are told to the second, and much begins within one: what handles the end of something comes behind it. */
const isExitHandler = ({ name }: StepInTree): number => Number(name.endsWith('.onExit'));

const byStart = <Step extends StepInTree>({ step: a }: StepTreeNode<Step>, { step: b }: StepTreeNode<Step>): number => {
  const [startA, startB] = [a.startedAt ?? NOT_STARTED, b.startedAt ?? NOT_STARTED];
  return startA < startB
    ? -1
    : startA > startB
      ? 1
      : isExitHandler(a) - isExitHandler(b) || names.compare(a.name, b.name);
};

/** The tree that a person has in mind: what contains what, in the order of starting. Groups of steps are transparent. */
export function stepTree<Step extends StepInTree>(steps: readonly Step[]): readonly StepTreeNode<Step>[] {
  const shown = new Map<string, { step: Step; children: StepTreeNode<Step>[] }>();
  for (const step of steps) if (step.type !== 'StepGroup') shown.set(step.name, { step, children: [] });
  const roots: StepTreeNode<Step>[] = [];
  for (const node of shown.values()) {
    let above = enclosingName(node.step.name);
    while (above !== null && !shown.has(above)) above = enclosingName(above);
    const parent = above === null ? undefined : shown.get(above);
    (parent?.children ?? roots).push(node);
  }
  for (const { children } of shown.values()) children.sort(byStart);
  return roots.sort(byStart);
}
