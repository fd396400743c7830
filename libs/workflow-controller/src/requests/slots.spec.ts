import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

describe('slots', () => {
  it('let so many work at once, and the others in order', async () => {
    const slots = new Slots(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = [0, 1, 2, 3].map((i) =>
      slots.run(() => {
        begun.push(i);
        return new Promise<number>((done) => (ends[i] = () => done(i)));
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    expect(await work[1]).toBe(1);
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await work[0];
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('are given back by work that fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(() => Promise.resolve('yes'))).toBe('yes');
  });
});
