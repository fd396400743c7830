import { describe, expect, it } from '@jest/globals';
import type { SharedClaim } from '@argosy/workflow-controller';
import type { LockRef } from '@argosy/workflow-engine';
import { rowsOf, signature } from './claim-rows.js';
import { limitName, lockName, lockOfName, runOfKey } from './lock-names.js';

const semaphore: LockRef = { type: 'semaphore', key: 'ns/Database/q/with/slashes' };
const mutex: LockRef = { type: 'mutex', key: 'ns/Database/m' };
const claim: SharedClaim = {
  run: 'ns/wf',
  priority: 2,
  createdAt: '2026-01-01T00:00:00.123Z',
  holding: [
    { lock: semaphore, holder: 'ns/wf' },
    { lock: semaphore, holder: 'ns/wf/wf-1' },
  ],
  waiting: [semaphore, mutex],
};

describe('the names of the tables', () => {
  it('are those of Argo, and lead back', () => {
    expect([semaphore, mutex].map(lockName)).toEqual(['sem/ns/q/with/slashes', 'mtx/ns/m']);
    expect([semaphore, mutex].map((lock) => lockOfName(lockName(lock)))).toEqual([semaphore, mutex]);
    expect(['sem/ns', 'other/ns/q', ''].map(lockOfName)).toEqual([null, null, null]);
    expect(limitName('sem/ns/q/with/slashes')).toBe('ns/q/with/slashes');
    expect(['ns/wf', 'ns/wf/wf-1', 'ns/wf/'].map(runOfKey)).toEqual(['ns/wf', 'ns/wf', 'ns/wf']);
    expect(() => lockName({ type: 'mutex', key: 'ns/Mutex/m' })).toThrow('ns/Mutex/m is no lock of a database');
  });
});

describe('the rows of a run', () => {
  it('name its holders one by one, and the run itself as who waits', () => {
    const common = { priority: 2, createdAt: '2026-01-01T00:00:00Z' };
    expect(rowsOf(claim)).toEqual([
      { name: 'sem/ns/q/with/slashes', key: 'ns/wf', held: true, ...common },
      { name: 'sem/ns/q/with/slashes', key: 'ns/wf/wf-1', held: true, ...common },
      { name: 'sem/ns/q/with/slashes', key: 'ns/wf/', held: false, ...common },
      { name: 'mtx/ns/m', key: 'ns/wf', held: false, ...common },
    ]);
    expect(rowsOf(null)).toEqual([]);
  });

  it('say the same in any order', () => {
    const rows = rowsOf(claim);
    expect(signature([...rows].reverse())).toBe(signature(rows));
    expect(signature(rows.slice(1))).not.toBe(signature(rows));
    expect(signature([])).toBe('');
  });
});
