import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LockRef } from '@argosy/workflow-engine';
import { ManualClock } from '../../workflow-controller/src/testing/manual-clock.js';
import { PostgresLockDatabase } from './postgres-lock-database.js';
import { TestPostgres } from './testing/clusters.js';

const postgres = new TestPostgres();
beforeAll(() => postgres.start());
afterAll(() => postgres.close());

describe('controllers that ask at the same moment', () => {
  const lock = (key: string): LockRef => ({ type: 'semaphore', key: `default/Database/${key}` });

  it('get as many places as there are, all of a request or none', async () => {
    const clock = new ManualClock();
    const names = ['n', 'e', 's', 'w'];
    const databases = names.map((controller) => new PostgresLockDatabase({ url: postgres.url, controller, clock }));
    for (const database of databases) database.open({ changed: () => undefined, lost: () => undefined });
    await Promise.all(databases.map((database) => database.follow(lock('q'))));
    await postgres.query(`INSERT INTO sync_limit VALUES ('default/q', 2), ('default/p', 3)`);
    for (let round = 0; round < 10; round++) {
      const asked = databases.map((database, i) => {
        const locks = i % 2 === 0 ? [lock('q'), lock('p')] : [lock('p'), lock('q')];
        const run = `default/r${round}`;
        const holding = locks.map((wanted) => ({ lock: wanted, holder: run }));
        return database.take({ run, priority: 0, createdAt: '2026-01-01T00:00:00Z', holding, waiting: [] });
      });
      const taken = (await Promise.all(asked)).filter(Boolean).length;
      expect({ round, taken, rows: (await postgres.state()).length }).toEqual({ round, taken: 2, rows: 4 });
      for (const database of databases) database.settle(`default/r${round}`, null);
      for (let looks = 0; looks < 1_000 && (await postgres.state()).length > 0; looks++);
    }
    await Promise.all(databases.map((database) => database.close()));
  });
});
