import type { StepFragment } from '../../gql/operations.js';

export interface TreeStep {
  readonly step: StepFragment;
  readonly depth: number;
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

/** Steps in the order and nesting that a person has in mind; groups of steps are transparent. */
export function stepTree(steps: readonly StepFragment[]): TreeStep[] {
  const shown = steps.filter(({ type }) => type !== 'StepGroup');
  const names = new Set(shown.map(({ name }) => name));
  const children = new Map<string | null, StepFragment[]>();
  for (const step of shown) {
    let parent = enclosingName(step.name);
    while (parent !== null && !names.has(parent)) parent = enclosingName(parent);
    children.set(parent, [...(children.get(parent) ?? []), step]);
  }
  const walk = (parent: string | null, depth: number): TreeStep[] =>
    (children.get(parent) ?? [])
      .sort(
        (a, b) =>
          (a.startedAt ?? '9').localeCompare(b.startedAt ?? '9') ||
          a.name.localeCompare(b.name, 'en', { numeric: true }),
      )
      .flatMap((step) => [{ step, depth }, ...walk(step.name, depth + 1)]);
  return walk(null, 0);
}
