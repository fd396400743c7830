import type { Instant } from './instant.js';
import type { NodeId } from './ids.js';

/**
 * When which node wants to be looked at: a leftist heap, so that adding and removing the earliest cost O(log n) and old
 * versions stay valid. Entries are not removed when a node ends; who pops one asks whether it still matters.
 */
export interface TimerHeap {
  readonly dueAt: Instant;
  readonly nodeId: NodeId;
  readonly rank: number;
  readonly left: TimerHeap | null;
  readonly right: TimerHeap | null;
}

export const withTimer = (heap: TimerHeap | null, dueAt: Instant, nodeId: NodeId): TimerHeap | null =>
  merge(heap, { dueAt, nodeId, rank: 1, left: null, right: null });

export const withoutEarliest = (heap: TimerHeap): TimerHeap | null => merge(heap.left, heap.right);

function merge(a: TimerHeap | null, b: TimerHeap | null): TimerHeap | null {
  if (!a) return b;
  if (!b) return a;
  const [top, other] = isBefore(b, a) ? [b, a] : [a, b];
  const merged = merge(top.right, other);
  const [left, right] = rankOf(top.left) >= rankOf(merged) ? [top.left, merged] : [merged, top.left];
  return { ...top, rank: rankOf(right) + 1, left, right };
}

const rankOf = (heap: TimerHeap | null): number => heap?.rank ?? 0;

const isBefore = (a: TimerHeap, b: TimerHeap): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.nodeId < b.nodeId);
