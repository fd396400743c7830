import type { Frame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';

interface Frames {
  frame(id: NodeId): Frame | undefined;
}

/**
 * Whether one frame comes before another in the tree, parents first, siblings as the template lists them. Who gets a
 * free slot is decided by this and not by who asked first, so that history (and a restart) does not matter.
 */
export function isBefore(frames: Frames, a: NodeId, b: NodeId): boolean {
  const [pathA, pathB] = [pathOf(frames, a), pathOf(frames, b)];
  for (let i = 0; i < Math.min(pathA.length, pathB.length); i++) {
    const [left, right] = [pathA[i] ?? 0, pathB[i] ?? 0];
    if (left !== right) return left < right;
  }
  return pathA.length < pathB.length;
}

function pathOf(frames: Frames, id: NodeId): number[] {
  const path: number[] = [];
  for (let frame = frames.frame(id); frame; frame = frames.frame(frame.site.owner)) path.unshift(frame.site.ordinal);
  return path;
}
