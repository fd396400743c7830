import { Map as PersistentMap } from 'immutable';
import type { Frame, WaitingFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isBefore } from './tree-order.js';

type ByLock = PersistentMap<string, readonly NodeId[]>;

/** The calls of a run that wait, under every lock they want, in tree order: whoever comes first there is served first. */
export class AwaitedLocks {
  private readonly byLock: ByLock;

  constructor(byLock: ByLock | undefined) {
    this.byLock = (byLock ?? PersistentMap<string, readonly NodeId[]>()).asMutable();
  }

  isEmpty(): boolean {
    return this.byLock.size === 0;
  }
  /** In an order that does not depend on history. */
  locks(): string[] {
    return [...this.byLock.keys()].sort();
  }
  /** A value: it stays as it is while the calls in it are served. */
  callsFor(lock: string): readonly NodeId[] {
    return this.byLock.get(lock, []);
  }

  /** The frame must be known already: its place in the tree is read from it. */
  add(frames: { frame(id: NodeId): Frame | undefined }, { id, locks }: WaitingFrame): void {
    for (const { key } of locks) {
      const calls = this.callsFor(key);
      if (calls.includes(id)) continue;
      let [low, high] = [0, calls.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(frames, id, calls[middle] ?? id)) high = middle;
        else low = middle + 1;
      }
      this.byLock.set(key, calls.toSpliced(low, 0, id));
    }
  }

  remove({ id, locks }: WaitingFrame): void {
    for (const { key } of locks) {
      const calls = this.callsFor(key).filter((other) => other !== id);
      if (calls.length === 0) this.byLock.delete(key);
      else this.byLock.set(key, calls);
    }
  }

  asImmutable(): ByLock {
    return this.byLock.asImmutable();
  }
}
