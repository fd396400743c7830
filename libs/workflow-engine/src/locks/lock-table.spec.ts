import { Random } from '../testing/random.js';
import { firstUnavailable, waitingMessage } from './availability.js';
import type { LockRef } from './lock-ref.js';
import { holderName, limitSource, lockRefs, nodeOfHolder } from './lock-ref.js';
import { claimOf, LockTable } from './lock-table.js';
import type { LockClaim } from './lock-table.js';
import { withHolder, withoutHolder, withWaiting } from './synchronization-status.js';

const semaphore = (key: string): LockRef => ({ key, type: 'semaphore' });
const claim = (run: string, extra: Partial<LockClaim> = {}): LockClaim => ({
  run,
  priority: 0,
  createdAt: '2026-01-01T00:00:00Z',
  holding: [],
  waiting: [],
  ...extra,
});

describe('locks', () => {
  it('are named as in Argo, semaphores first, in the namespace of the run unless they say another', () => {
    const refs = lockRefs(
      {
        mutexes: [{ name: 'm' }, { name: 'm' }, { name: 'd', database: true }],
        semaphores: [
          { configMapKeyRef: { name: 'cm', key: 'k' } },
          { configMapKeyRef: { name: 'cm', key: 'k' }, namespace: 'other' },
          { database: { key: 'q' } },
        ],
      },
      'ns',
    );
    expect(refs.map(({ type, key }) => `${type} ${key}`)).toEqual([
      'semaphore ns/ConfigMap/cm/k',
      'semaphore other/ConfigMap/cm/k',
      'semaphore ns/Database/q',
      'mutex ns/Mutex/m',
      'mutex ns/Database/d',
    ]);
    expect(refs.map(limitSource)).toEqual([
      { kind: 'ConfigMap', namespace: 'ns', name: 'cm', key: 'k' },
      { kind: 'ConfigMap', namespace: 'other', name: 'cm', key: 'k' },
      { kind: 'Database', namespace: 'ns', key: 'q' },
      { kind: 'Mutex' },
      { kind: 'Database', namespace: 'ns', key: 'd' },
    ]);
    expect(() => lockRefs({ mutexes: [{}] }, 'ns')).toThrow('a lock needs a name: "ns/Mutex/"');
    expect(() => lockRefs({ semaphores: [{}] }, 'ns')).toThrow('a semaphore needs configMapKeyRef or database');
  });

  it('are held by a run or by one of its nodes', () => {
    expect([holderName('ns/wf', null), holderName('ns/wf', 'wf-1')]).toEqual(['ns/wf', 'ns/wf/wf-1']);
    expect([nodeOfHolder('ns/wf', 'ns/wf'), nodeOfHolder('ns/wf', 'ns/wf/wf-1')]).toEqual([null, 'wf-1']);
  });
});

describe('the record on a Workflow object', () => {
  const locks: LockRef[] = [semaphore('ns/ConfigMap/cm/k'), { key: 'ns/Mutex/m', type: 'mutex' }];

  it('has the shape of Argo and nothing once everything is let go', () => {
    const one = withHolder(undefined, locks, 'ns/wf/a');
    const two = withHolder(one, [semaphore('ns/ConfigMap/cm/k')], 'ns/wf/b');
    const waiting = withWaiting(two, [{ lock: { key: 'ns/Mutex/n', type: 'mutex' }, holders: ['ns/other'] }]);
    expect(waiting).toEqual({
      semaphore: { holding: [{ semaphore: 'ns/ConfigMap/cm/k', holders: ['ns/wf/a', 'ns/wf/b'] }] },
      mutex: {
        holding: [{ mutex: 'ns/Mutex/m', holder: 'ns/wf/a' }],
        waiting: [{ mutex: 'ns/Mutex/n', holder: 'ns/other' }],
      },
    });
    expect(withWaiting(withoutHolder(withoutHolder(waiting, 'ns/wf/a'), 'ns/wf/b'), [])).toBeUndefined();
  });

  it('is all that the table needs', () => {
    const synchronization = withWaiting(withHolder(undefined, locks, 'ns/wf/a'), [
      { lock: semaphore('ns/ConfigMap/cm/j'), holders: [] },
    ]);
    const workflow = {
      apiVersion: 'argoproj.io/v1alpha1' as const,
      kind: 'Workflow' as const,
      metadata: { name: 'wf', namespace: 'ns', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { priority: 3 },
      ...(synchronization && { status: { synchronization } }),
    };
    expect(claimOf(workflow)).toEqual({
      run: 'ns/wf',
      priority: 3,
      createdAt: '2026-01-01T00:00:00Z',
      holding: [
        ['ns/ConfigMap/cm/k', 'ns/wf/a'],
        ['ns/Mutex/m', 'ns/wf/a'],
      ],
      waiting: ['ns/ConfigMap/cm/j'],
    });
  });
});

describe('the table', () => {
  it('lets the run with the highest priority go first, then the oldest, then by name', () => {
    const table = new LockTable();
    const runs = [
      claim('ns/young', { createdAt: '2026-01-01T00:00:09Z' }),
      claim('ns/b'),
      claim('ns/a'),
      claim('ns/urgent', { priority: 1, createdAt: '2026-01-01T00:00:09Z' }),
    ];
    for (const run of runs) table.record(run.run, { ...run, waiting: ['x'] });
    const order: string[] = [];
    for (let turn = table.turns()[0]; turn; turn = table.turns()[0]) {
      order.push(turn[1]);
      table.record(turn[1], null);
    }
    expect(order).toEqual(['ns/urgent', 'ns/a', 'ns/b', 'ns/young']);
  });

  it('shows a run what the others have, and whether it has to let one of them go first', () => {
    const table = new LockTable();
    table.record('ns/a', claim('ns/a', { holding: [['x', 'ns/a/1']] }));
    table.record('ns/b', claim('ns/b', { waiting: ['x'] }));
    expect(table.view('x', claim('ns/a'))).toEqual({ holders: [], isFirst: true });
    expect(table.view('x', claim('ns/b'))).toEqual({ holders: ['ns/a/1'], isFirst: true });
    expect(table.view('x', claim('ns/c'))).toEqual({ holders: ['ns/a/1'], isFirst: false });
    expect(table.view('x', claim('ns/c', { priority: 1 })).isFirst).toBe(true);
    expect(table.view('y', claim('ns/c'))).toEqual({ holders: [], isFirst: true });
  });

  it('calls the first in the queue when a place becomes free or its turn comes, and nobody else', () => {
    const table = new LockTable();
    table.record(
      'ns/a',
      claim('ns/a', {
        holding: [
          ['x', 'ns/a/1'],
          ['x', 'ns/a/2'],
        ],
      }),
    );
    expect(table.record('ns/b', claim('ns/b', { waiting: ['x'] }))).toEqual([]);
    expect(table.record('ns/c', claim('ns/c', { waiting: ['x'] }))).toEqual([]);
    expect(table.record('ns/a', claim('ns/a', { holding: [['x', 'ns/a/2']] }))).toEqual(['ns/b']);
    expect(table.record('ns/b', claim('ns/b', { holding: [['x', 'ns/b/1']] }))).toEqual(['ns/c']);
    expect(table.record('ns/a', null)).toEqual(['ns/c']);
    expect(table.record('ns/b', null)).toEqual(['ns/c']);
    expect(table.record('ns/c', null)).toEqual([]);
    expect(table.turns()).toEqual([]);
  });

  it('tells how long the wait may be in the words of Argo', () => {
    const state = { limit: 2, holders: ['a', 'b'], isFirst: true };
    expect(waitingMessage('ns/Mutex/m', state)).toBe('Waiting for ns/Mutex/m lock. Lock status: 0/2');
  });
});

/** Calls of several runs that ask for locks at random, until all have been served. */
function serveAll(seed: number): { served: number; asked: number; worst: number } {
  const random = new Random(seed);
  const keys = ['a', 'b', 'c', 'd'].map((name) => `ns/ConfigMap/cm/${name}`);
  const limits = new Map(keys.map((key) => [key, 1 + random.below(3)]));
  const table = new LockTable();
  const runs = Array.from({ length: 6 }, (_, i) => ({
    ...claim(`ns/r${i}`, { priority: random.below(2), createdAt: `2026-01-01T00:00:0${random.below(3)}Z` }),
    calls: Array.from({ length: 1 + random.below(4) }, (_call, n) => ({
      holder: `ns/r${i}/${n}`,
      locks: random
        .shuffled(keys)
        .slice(0, 1 + random.below(3))
        .map(semaphore),
      state: 'waiting',
    })),
  }));
  type Run = (typeof runs)[number];
  let worst = 0;
  const holdingOf = (run: Run): [string, string][] =>
    run.calls.flatMap((call) =>
      call.state === 'holding' ? call.locks.map(({ key }): [string, string] => [key, call.holder]) : [],
    );
  const pass = (run: Run): string[] => {
    for (const call of run.calls.filter(({ state }) => state === 'waiting')) {
      const missing = firstUnavailable(call.locks, ({ key }) => {
        const view = table.view(key, run);
        const own = holdingOf(run).flatMap(([lock, holder]) => (lock === key ? [holder] : []));
        return { limit: limits.get(key) ?? 0, holders: [...view.holders, ...own], isFirst: view.isFirst };
      });
      if (!missing) call.state = 'holding';
    }
    const waiting = run.calls.flatMap(({ state, locks }) => (state === 'waiting' ? locks.map(({ key }) => key) : []));
    const called = table.record(run.run, { ...run, holding: holdingOf(run), waiting });
    for (const key of keys) {
      const held = runs.flatMap(holdingOf).filter(([lock]) => lock === key).length;
      worst = Math.max(worst, held - (limits.get(key) ?? 0));
    }
    return called;
  };
  const wanted = new Set(random.shuffled(runs.map(({ run }) => run)));
  for (let steps = 0; steps < 1000; steps++) {
    const next = random.shuffled(runs.filter(({ run }) => wanted.has(run)))[0];
    if (next) {
      wanted.delete(next.run);
      for (const run of pass(next)) wanted.add(run);
      continue;
    }
    const busy = runs.filter(({ calls }) => calls.some(({ state }) => state === 'holding'));
    if (busy.length === 0) break;
    const run = random.pick(busy);
    const call = random.pick(run.calls.filter(({ state }) => state === 'holding'));
    call.state = 'over';
    wanted.add(run.run);
  }
  const calls = runs.flatMap((run) => run.calls);
  return { asked: calls.length, served: calls.filter(({ state }) => state === 'over').length, worst };
}

describe('whoever asks for whatever', () => {
  it('no lock is ever held by more than its limit, nobody blocks another for good, and everybody is served', () => {
    for (let seed = 0; seed < 500; seed++) {
      const { served, asked, worst } = serveAll(seed);
      expect({ seed, served, worst: Math.max(0, worst) }).toEqual({ seed, served: asked, worst: 0 });
    }
  });

  it('the table is the same again when it is shown all claims in another order', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed);
      const claims = Array.from({ length: 8 }, (_, i) =>
        claim(`ns/r${i}`, {
          priority: random.below(3),
          waiting: random.shuffled(['a', 'b', 'c']).slice(0, random.below(4)),
          holding: random.chance(0.5) ? [['a', `ns/r${i}/x`]] : [],
        }),
      );
      const tables = [claims, random.shuffled(claims)].map((shown) => {
        const table = new LockTable();
        for (const one of shown) table.record(one.run, { ...one, waiting: ['gone'] });
        for (const one of shown) table.record(one.run, one);
        return table;
      });
      const turns = tables.map((table) => table.turns().sort());
      expect({ seed, turns: turns[1] }).toEqual({ seed, turns: turns[0] });
    }
  });
});
