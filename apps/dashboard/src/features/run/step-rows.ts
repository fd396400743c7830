import { stepTree } from '@argosy/sdk/step-tree';
import type { StepTreeNode } from '@argosy/sdk/step-tree';
import type { StepFragment } from '../../gql/operations.js';

export interface StepRow {
  readonly step: StepFragment;
  readonly depth: number;
  /** Rows with others below them. */
  readonly fold: 'folded' | 'open' | undefined;
}

/** The tree as rows from top to bottom, without what is folded away. */
export function stepRows(steps: readonly StepFragment[], folded: ReadonlySet<string>): StepRow[] {
  const rows: StepRow[] = [];
  const add = ({ step, children }: StepTreeNode<StepFragment>, depth: number): void => {
    const isFolded = folded.has(step.id);
    rows.push({ step, depth, fold: children.length === 0 ? undefined : isFolded ? 'folded' : 'open' });
    if (!isFolded) for (const child of children) add(child, depth + 1);
  };
  for (const root of stepTree(steps)) add(root, 0);
  return rows;
}

/** From the first start to the last end, or to now while something runs. */
export function spanOf(steps: readonly StepFragment[], now: number): { from: number; to: number } {
  let [from, to] = [Infinity, -Infinity];
  for (const { startedAt, finishedAt } of steps) {
    if (!startedAt) continue;
    from = Math.min(from, Date.parse(startedAt));
    to = Math.max(to, finishedAt ? Date.parse(finishedAt) : now);
  }
  return from === Infinity ? { from: now, to: now + 1000 } : { from, to: Math.max(to, from + 1000) };
}

const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
/** Marks of a time axis, in seconds from its start: at round numbers, six at most. */
export function ticks(spanMs: number): number[] {
  const span = spanMs / 1000;
  const step = NICE_SECONDS.find((seconds) => span / seconds <= 6) ?? Math.ceil(span / 6 / 86_400) * 86_400;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
