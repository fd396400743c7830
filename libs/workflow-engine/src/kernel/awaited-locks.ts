import { Map as PersistentMap } from 'immutable';
import type { Frame, WaitingFrame } from '../model/frame.js';
import type { NodeId } from '../model/ids.js';
import { isBefore } from './tree-order.js';

type ByLock = PersistentMap<string, readonly NodeId[]>;

/** The calls of a run that wait, under every lock they want, in tree order: whoever comes first there is served first. */
export class AwaitedLocks {
  private readonly byLock: ByLock;
  /** Lists made in this pass. Loops are wide: a list is copied once, however many calls come and go. */
  private readonly own = new Map<string, NodeId[]>();

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
  /** A copy: it stays as it is while the calls in it are served. */
  callsFor(lock: string): NodeId[] {
    return [...this.byLock.get(lock, [])];
  }
  /** The lock must be one of `locks`. */
  firstFor(lock: string): NodeId {
    return this.byLock.get(lock)?.[0] ?? ('' as NodeId);
  }

  /** The frame must be known already: its place in the tree is read from it. */
  add(frames: { frame(id: NodeId): Frame | undefined }, { id, locks }: WaitingFrame): void {
    for (const { key } of locks) {
      const calls = this.ownList(key);
      const last = calls.at(-1);
      // Mostly they come in order.
      let [low, high] =
        last !== undefined && !isBefore(frames, id, last) ? [calls.length, calls.length] : [0, calls.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(frames, id, calls[middle] ?? id)) high = middle;
        else low = middle + 1;
      }
      calls.splice(low, 0, id);
    }
  }

  remove({ id, locks }: WaitingFrame): void {
    for (const { key } of locks) {
      const calls = this.ownList(key);
      const at = calls.indexOf(id);
      if (at >= 0) calls.splice(at, 1);
      if (calls.length > 0) continue;
      this.byLock.delete(key);
      this.own.delete(key);
    }
  }

  private ownList(lock: string): NodeId[] {
    const known = this.own.get(lock) ?? this.callsFor(lock);
    this.own.set(lock, known);
    this.byLock.set(lock, known);
    return known;
  }

  asImmutable(): ByLock {
    return this.byLock.asImmutable();
  }
}
