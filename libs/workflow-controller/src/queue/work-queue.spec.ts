import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.js';
import { WorkQueue } from './work-queue.js';

function queueOf(work: (key: string) => Promise<void>, concurrency = 2) {
  const timers = new ManualClock();
  const errors: unknown[] = [];
  const queue = new WorkQueue(work, { clock: timers, concurrency, onError: (_key, error) => errors.push(error) });
  queue.start();
  return { timers, errors, queue };
}

describe('the work queue', () => {
  it('works on a key once, however often it was added meanwhile', async () => {
    const done: string[] = [];
    const { queue } = queueOf(async (key) => void done.push(key), 1);
    for (const key of ['a', 'b', 'b', 'b', 'a']) queue.add(key);
    await queue.idle();
    expect(done.toSorted()).toEqual(['a', 'a', 'b']);
  });

  it('never works on one key twice at the same time', async () => {
    let open = 0;
    let most = 0;
    let rounds = 0;
    const { queue } = queueOf(async (key) => {
      most = Math.max(most, ++open);
      if (++rounds < 5) queue.add(key);
      await Promise.resolve();
      open--;
    });
    queue.add('a');
    await queue.idle();
    expect(most).toBe(1);
  });

  it('keeps to its concurrency', async () => {
    let open = 0;
    let most = 0;
    const { queue } = queueOf(async () => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
    }, 3);
    for (let key = 0; key < 20; key++) queue.add(String(key));
    await queue.idle();
    expect(most).toBe(3);
  });

  it('asks for no timer that the platform cannot hold', async () => {
    const { queue, timers } = queueOf(async () => undefined);
    queue.addAt('a', 60 * 86_400_000);
    expect(timers.nextAt).toBeLessThan(2 ** 31);
  });

  it('comes back at the earliest of the times asked for', async () => {
    const at: number[] = [];
    const { queue, timers } = queueOf(async () => void at.push(timers.now()));
    queue.addAt('a', 500);
    queue.addAt('a', 200);
    queue.addAt('a', 900);
    timers.advanceTo(1000);
    await queue.idle();
    expect(at).toEqual([1000]);
    expect(timers.pending).toBe(0);
  });

  it('waits longer after every failure in a row, and forgets them after a success', () => {
    const { queue, timers } = queueOf(async () => undefined);
    expect([queue.addAfterFailure('a'), timers.nextAt]).toEqual([1, 100]);
    queue.forget('a');
    for (let failure = 0; failure < 20; failure++) queue.addAfterFailure('b');
    queue.succeeded('b');
    expect(queue.addAfterFailure('b')).toBe(1);
  });

  it('tells an error and goes on', async () => {
    const { queue, errors } = queueOf(async (key) => {
      if (key === 'bad') throw new Error('bad');
    });
    queue.add('bad');
    queue.add('good');
    await queue.idle();
    expect(errors).toHaveLength(1);
  });

  it('waits until it is started', async () => {
    const done: string[] = [];
    const queue = new WorkQueue(async (key) => void done.push(key), {
      clock: new ManualClock(),
      concurrency: 1,
      onError: () => undefined,
    });
    queue.add('a');
    expect(done).toEqual([]);
    queue.start();
    await queue.idle();
    expect(done).toEqual(['a']);
  });

  it('takes nothing new once stopped', async () => {
    const done: string[] = [];
    const { queue } = queueOf(async (key) => void done.push(key));
    await queue.stop();
    queue.add('a');
    await queue.idle();
    expect(done).toEqual([]);
  });
});
