import { createInMemoryKube } from '../memory/in-memory-kube.js';
import { KubeError } from '../port/errors.js';
import type { KubeApi } from '../port/kube-api.js';
import type { Clock } from '../port/time.js';
import type { LeaseLock } from './lease-lock.js';
import { createLeaseLock } from './lease-lock.js';

/** Time that moves in steps; due timers run in order, and what they started is awaited. */
class SteppedClock implements Clock {
  private nowMs = 1_000_000;
  private readonly timers = new Set<{ atMs: number; run: () => void }>();
  now = (): number => this.nowMs;
  after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };
  async advance(seconds: number): Promise<void> {
    for (let step = 0; step < seconds; step++) {
      this.nowMs += 1000;
      for (const timer of [...this.timers].sort((a, b) => a.atMs - b.atMs)) {
        if (timer.atMs > this.nowMs || !this.timers.delete(timer)) continue;
        timer.run();
      }
      await new Promise(setImmediate);
    }
  }
}

describe('A lease lock', () => {
  const locks: LeaseLock[] = [];
  afterEach(() => Promise.all(locks.splice(0).map((lock) => lock.stop())));

  const contend = (api: KubeApi, clock: Clock, identity: string, journal: string[]): LeaseLock => {
    const lock = createLeaseLock(api, {
      namespace: 'default',
      name: 'agent',
      identity,
      clock,
      onAcquired: () => void journal.push(`${identity} leads`),
      onLost: () => void journal.push(`${identity} lost`),
    });
    locks.push(lock);
    return lock;
  };

  it('makes one of two the leader and keeps it while it renews', async () => {
    const api = createInMemoryKube();
    const clock = new SteppedClock();
    const journal: string[] = [];
    const a = contend(api, clock, 'a', journal);
    await clock.advance(1);
    const b = contend(api, clock, 'b', journal);
    await clock.advance(60);
    expect(journal).toEqual(['a leads']);
    expect([a.isHeld, b.isHeld]).toEqual([true, false]);
  });

  it('hands over at the next attempt when the leader stops', async () => {
    const api = createInMemoryKube();
    const clock = new SteppedClock();
    const journal: string[] = [];
    const a = contend(api, clock, 'a', journal);
    await clock.advance(1);
    contend(api, clock, 'b', journal);
    await clock.advance(1);
    await a.stop();
    await clock.advance(6);
    expect(journal).toEqual(['a leads', 'a lost', 'b leads']);
  });

  it('makes a leader that is cut off stand down before another can take over', async () => {
    const api = createInMemoryKube();
    const clock = new SteppedClock();
    const journal: string[] = [];
    let isCut = false;
    const cut: KubeApi = Object.create(api, {
      get: {
        value: (...args: Parameters<KubeApi['get']>) =>
          isCut ? Promise.reject(new KubeError('Unavailable', 'cut off', 503)) : api.get(...args),
      },
    }) as KubeApi;
    contend(cut, clock, 'a', journal);
    await clock.advance(1);
    contend(api, clock, 'b', journal);
    await clock.advance(1);
    isCut = true;
    await clock.advance(30);
    expect(journal).toEqual(['a leads', 'a lost', 'b leads']);
  });

  it('refuses settings with which two could lead', () => {
    const options = {
      namespace: 'default',
      name: 'x',
      identity: 'x',
      onAcquired: () => undefined,
      onLost: () => undefined,
    };
    expect(() => createLeaseLock(createInMemoryKube(), { ...options, leaseSeconds: 5, renewWithinSeconds: 5 })).toThrow(
      RangeError,
    );
  });
});
