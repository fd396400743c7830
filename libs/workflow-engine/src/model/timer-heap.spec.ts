import { Random } from '../testing/random.js';
import type { NodeId } from './ids.js';
import { instant } from './instant.js';
import type { TimerHeap } from './timer-heap.js';
import { withoutEarliest, withTimer } from './timer-heap.js';

describe('the timer heap', () => {
  it('gives timers back in the order in which they are due, whatever the order they came in', () => {
    const random = new Random(1);
    const times = Array.from({ length: 2000 }, () => random.below(500));
    let heap: TimerHeap | null = null;
    for (const [i, time] of times.entries()) heap = withTimer(heap, instant(time), `n${i}` as NodeId);
    const popped: number[] = [];
    for (let top: TimerHeap | null = heap; top; top = withoutEarliest(top)) popped.push(top.dueAt);
    expect(popped).toEqual([...times].sort((a, b) => a - b));
  });

  it('leaves older versions as they were', () => {
    const one = withTimer(null, instant(5), 'a' as NodeId);
    withTimer(one, instant(1), 'b' as NodeId);
    expect(one?.nodeId).toBe('a');
  });
});
