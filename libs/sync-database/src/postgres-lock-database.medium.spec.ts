import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { WorkflowSpec } from '@argosy/workflow-spec';
import type { Fate } from '../../workflow-controller/src/testing/recording-kube.js';
import { RecordingKube } from '../../workflow-controller/src/testing/recording-kube.js';
import { container } from '../../workflow-controller/src/testing/test-cluster.js';
import { Site, Sites, TestPostgres } from './testing/clusters.js';

jest.setTimeout(60_000);

const semaphore: WorkflowSpec = { synchronization: { semaphores: [{ database: { key: 'q' } }] } };
const mutex: WorkflowSpec = { synchronization: { mutexes: [{ name: 'm', database: true }] } };
const LOCK = 'sem/default/q';

const postgres = new TestPostgres();
let east: Site;
let west: Site;
let sites: Sites;

beforeAll(() => postgres.start());
afterAll(() => postgres.close());
beforeEach(() => {
  [east, west] = [new Site('east', postgres.url), new Site('west', postgres.url)];
  sites = new Sites([east, west]);
});
afterEach(async () => {
  await sites.close();
  await postgres.query('DROP TABLE IF EXISTS sync_limit, sync_controller, sync_state, sync_lock');
});

async function startBoth(limit = 1): Promise<void> {
  await east.start();
  await west.start();
  await sites.until(async () => (await controllers()).length === 2);
  await setLimit(limit);
}
const setLimit = (limit: number): Promise<unknown> =>
  postgres.query(
    `INSERT INTO sync_limit VALUES ('default/q', $1) ON CONFLICT (name) DO UPDATE SET sizelimit = excluded.sizelimit`,
    [limit],
  );
const controllers = async (): Promise<unknown[]> =>
  (await postgres.query<{ found: string | null }>(`SELECT to_regclass('sync_controller') AS found`))[0]?.found
    ? postgres.query('SELECT controller FROM sync_controller')
    : [];
const state = (): Promise<string[]> => postgres.state();
const says = (site: Site, run: string, phase: string) => async (): Promise<boolean> =>
  (await site.phase(run)) === phase;
const stateIs =
  (...rows: string[]) =>
  async (): Promise<boolean> =>
    (await state()).join() === rows.join();

describe('a lock of a database', () => {
  it('is held by one run of all clusters, and goes to the next by priority and then age', async () => {
    await startBoth();
    east.endless.add('a').add('c').add('e');
    west.endless.add('b').add('d');
    await east.submit('a', semaphore);
    await sites.until(stateIs('east default/a held'));
    for (const site of [east, west]) site.cluster.clock.advanceTo(site.cluster.clock.now() + 1_000);
    await west.submit('b', semaphore);
    await sites.until(stateIs('east default/a held', 'west default/b'));
    for (const site of [east, west]) site.cluster.clock.advanceTo(site.cluster.clock.now() + 1_000);
    await east.submit('c', semaphore);
    await west.submit('d', { ...semaphore, priority: 1 });
    await sites.until(stateIs('east default/a held', 'west default/d', 'west default/b', 'east default/c'));
    expect((await west.cluster.get('d')).status).toMatchObject({
      phase: 'Pending',
      message: 'Waiting for default/Database/q lock. Lock status: 0/1',
      synchronization: { semaphore: { waiting: [{ semaphore: 'default/Database/q', holders: ['east:default/a'] }] } },
    });
    east.endless.delete('a');
    await sites.until(says(west, 'd', 'Running'));
    expect([await west.phase('b'), await east.phase('c')]).toEqual(['Pending', 'Pending']);
    west.endless.delete('d');
    await sites.until(says(west, 'b', 'Running'));
    west.endless.delete('b');
    await sites.until(says(east, 'c', 'Running'));
    east.endless.delete('c');
    await sites.until(stateIs());
    expect(sites.mostHolders).toBe(1);
  });

  it('has as many places as the table says at any moment', async () => {
    await startBoth(0);
    east.endless.add('a');
    west.endless.add('b').add('c');
    await east.submit('a', semaphore);
    await west.submit('b', semaphore);
    await west.submit('c', semaphore);
    await sites.until(stateIs('east default/a', 'west default/b', 'west default/c'));
    await setLimit(2);
    await sites.until(stateIs('east default/a held', 'west default/b held', 'west default/c'));
    await setLimit(1);
    east.endless.delete('a');
    await sites.until(stateIs('west default/b held', 'west default/c'));
    expect(await west.phase('c')).toBe('Pending');
    west.endless.delete('b');
    await sites.until(says(west, 'c', 'Running'));
    await east.submit('d', { synchronization: { semaphores: [{ database: { key: 'unheard-of' } }] } });
    await sites.until(says(east, 'd', 'Failed'));
    expect((await east.cluster.get('d')).status?.message).toContain(
      'the database has no limit for semaphore default/Database/unheard-of',
    );
  });

  it('is taken together with locks of the cluster, or not at all', async () => {
    await startBoth();
    const both: WorkflowSpec = {
      synchronization: {
        mutexes: [{ name: 'local' }, { name: 'm', database: true }],
        semaphores: [{ database: { key: 'q' } }],
      },
    };
    east.endless.add('a').add('b');
    west.endless.add('c');
    await east.submit('a', { synchronization: { mutexes: [{ name: 'local' }] } });
    await sites.until(says(east, 'a', 'Running'));
    await east.submit('b', both);
    await sites.until(stateIs('east default/b', 'east default/b'));
    await west.submit('c', { ...mutex, priority: 1 });
    await sites.until(says(west, 'c', 'Running'));
    east.endless.delete('a');
    await sites.until(says(east, 'a', 'Succeeded'));
    expect(await east.phase('b')).toBe('Pending');
    west.endless.delete('c');
    await sites.until(stateIs('east default/b held', 'east default/b held'));
    expect(await east.phase('b')).toBe('Running');
  });

  it('is held by a run and by its calls, each by itself', async () => {
    await startBoth(2);
    const templates = [
      { name: 'main', steps: [[{ name: 's', template: 'c', withItems: [0, 1] }]] },
      container('c', { synchronization: { semaphores: [{ database: { key: 'q' } }] } }),
    ];
    east.endless.add('a');
    west.endless.add('b');
    await east.cluster.submit(templates, semaphore, 'a');
    await sites.until(async () => (await state()).length === 3);
    expect(await state()).toEqual([
      'east default/a held',
      expect.stringMatching(/^east default\/a\/a-\d+ held$/),
      'east default/a/',
    ]);
    await west.submit('b', semaphore);
    await sites.until(async () => (await state()).includes('west default/b'));
    east.endless.delete('a');
    await sites.until(says(east, 'a', 'Succeeded'));
    await sites.until(stateIs('west default/b held'));
  });

  it('works without notifications, a little later', async () => {
    await startBoth();
    await postgres.query('DROP FUNCTION argosy_sync_changed CASCADE');
    east.endless.add('a');
    await east.submit('a', mutex);
    await sites.until(says(east, 'a', 'Running'));
    await west.submit('b', mutex);
    await sites.until(says(west, 'b', 'Pending'));
    east.endless.delete('a');
    await sites.until(says(west, 'b', 'Succeeded'), true);
    expect(sites.mostHolders).toBe(1);
  });

  it('works in tables that the controller may not change', async () => {
    await startBoth();
    await sites.close();
    await postgres.query(`
      DROP TRIGGER argosy_sync_changed ON sync_state;
      DROP ROLE IF EXISTS guest;
      CREATE ROLE guest LOGIN PASSWORD 'x';
      GRANT SELECT, INSERT, UPDATE, DELETE ON sync_limit, sync_state, sync_controller, sync_lock TO guest`);
    const url = postgres.url.replace('postgres:x@', 'guest:x@');
    expect(url).not.toBe(postgres.url);
    [east, west] = [new Site('east', url), new Site('west', url)];
    sites = new Sites([east, west]);
    await east.start();
    await east.submit('a', semaphore);
    await sites.until(says(east, 'a', 'Succeeded'));
    await sites.until(stateIs());
    await sites.close();
    await postgres.query('DROP OWNED BY guest; DROP ROLE guest');
  });

  it('ends who asks for it by a name that no table holds', async () => {
    await startBoth();
    await east.submit('a', { synchronization: { mutexes: [{ name: 'm'.repeat(300), database: true }] } });
    await sites.until(says(east, 'a', 'Failed'));
    expect((await east.cluster.get('a')).status?.message).toContain('the database has no limit for');
  });

  it('is found in the tables that Argo has made, held and waited for', async () => {
    await postgres.query(`
      CREATE TABLE sync_limit (name varchar(256) NOT NULL, sizelimit int, PRIMARY KEY (name));
      CREATE TABLE sync_controller (controller varchar(64) NOT NULL, time timestamp, PRIMARY KEY (controller));
      CREATE TABLE sync_state (name varchar(256), workflowkey varchar(256), controller varchar(64) NOT NULL, held boolean,
        priority int, time timestamp, PRIMARY KEY (name, workflowkey, controller));
      CREATE TABLE sync_lock (name varchar(256), controller varchar(64) NOT NULL, time timestamp, PRIMARY KEY (name));
      INSERT INTO sync_limit VALUES ('default/q', 1);
      INSERT INTO sync_controller VALUES ('argo', now() AT TIME ZONE 'utc');
      INSERT INTO sync_state VALUES
        ('${LOCK}', 'default/x/x-1', 'argo', true, NULL, NULL),
        ('${LOCK}', 'default/y/y-1', 'argo', false, 7, now() AT TIME ZONE 'utc'),
        ('${LOCK}', 'default/old', 'east', false, 9, now() AT TIME ZONE 'utc');
      INSERT INTO sync_lock VALUES ('${LOCK}', 'east', now() AT TIME ZONE 'utc')`);
    await east.start();
    await east.submit('a', semaphore);
    const queue = ['argo default/y/y-1', 'east default/a'];
    await sites.until(stateIs('argo default/x/x-1 held', ...queue));
    await postgres.query('DELETE FROM sync_state WHERE held');
    await sites.until(stateIs(...queue));
    expect(await east.phase('a')).toBe('Pending');
    await postgres.query(`DELETE FROM sync_state WHERE controller = 'argo'`);
    await sites.until(says(east, 'a', 'Succeeded'));
  });
});

describe('a controller that is gone', () => {
  const silence = (): Promise<unknown> =>
    postgres.query(`UPDATE sync_controller SET time = time - interval '1 hour' WHERE controller = 'east'`);

  it('keeps what its runs hold, loses their turns, and finds both again', async () => {
    await startBoth();
    east.endless.add('a').add('b');
    west.endless.add('c');
    await east.submit('a', semaphore);
    await sites.until(says(east, 'a', 'Running'));
    await east.submit('b', { ...semaphore, priority: 5 });
    await sites.until(stateIs('east default/a held', 'east default/b'));
    await east.stop();
    await silence();
    await west.submit('c', semaphore);
    await sites.until(stateIs('east default/a held', 'east default/b', 'west default/c'));
    await sites.until(async () => west.cluster.clock.now() > Date.UTC(2026, 0, 1) + 60_000, true);
    expect(await west.phase('c')).toBe('Pending');
    await setLimit(2);
    await sites.until(says(west, 'c', 'Running'));
    await setLimit(1);
    east.endless.delete('a');
    await east.start();
    await sites.until(says(east, 'a', 'Succeeded'));
    expect(await east.phase('b')).toBe('Pending');
    west.endless.delete('c');
    await sites.until(stateIs('east default/b held'));
    expect(await east.phase('b')).toBe('Running');
  });

  it('whose locks a person gave away ends the run that still says it holds them', async () => {
    await startBoth();
    east.endless.add('a');
    west.endless.add('b');
    await east.submit('a', semaphore);
    await sites.until(says(east, 'a', 'Running'));
    await west.submit('b', semaphore);
    await sites.until(says(west, 'b', 'Pending'));
    await east.stop();
    await postgres.query(`DELETE FROM sync_state WHERE controller = 'east'`);
    await sites.until(says(west, 'b', 'Running'));
    await east.start();
    await sites.until(says(east, 'a', 'Failed'), true);
    expect([(await east.cluster.get('a')).status?.message, await west.phase('b')]).toEqual([
      `Stopped with strategy 'Terminate'`,
      'Running',
    ]);
    expect(await state()).toEqual(['west default/b held']);
  });

  it('gets back what nobody else has taken', async () => {
    await startBoth();
    east.endless.add('a');
    await east.submit('a', semaphore);
    await sites.until(says(east, 'a', 'Running'));
    await postgres.query('DELETE FROM sync_state');
    await sites.until(stateIs('east default/a held'), true);
    expect(await east.phase('a')).toBe('Running');
  });
});

/** Runs of both clusters that want the same locks, while one controller dies at some write. Returns how many writes it made. */
async function runRoughly(fateOf: (write: number) => Fate, crashAt: number): Promise<number> {
  await setLimit(1);
  let [writes, crashed] = [0, false];
  const { api } = new RecordingKube(east.cluster.kube, (_request, write) => {
    writes = write;
    if (write < crashAt) return fateOf(write);
    const isFirst = !crashed;
    crashed = true;
    return isFirst ? 'answer-lost' : 'refused';
  });
  await east.start(api);
  await west.start();
  await east.submit('a', mutex);
  await east.submit('b', semaphore);
  await west.submit('c', { synchronization: { ...mutex.synchronization, ...semaphore.synchronization } });
  await west.submit('d', mutex);
  const isOver = async (): Promise<boolean> =>
    (await Promise.all([east.phase('a'), east.phase('b'), west.phase('c'), west.phase('d')])).every(
      (phase) => phase === 'Succeeded',
    );
  await sites.until(async () => crashed || (await isOver()), true);
  await east.stop();
  await east.start();
  await sites.until(isOver, true);
  await sites.until(stateIs(), true);
  return writes;
}

describe('whatever fails', () => {
  const anew = async (): Promise<void> => {
    await sites.close();
    await postgres.query('DELETE FROM sync_state');
    [east, west] = [new Site('east', postgres.url), new Site('west', postgres.url)];
    sites = new Sites([east, west]);
  };

  it('no two runs ever hold the same place, wherever a controller dies', async () => {
    await startBoth();
    await anew();
    const writes = await runRoughly(() => 'done', Number.POSITIVE_INFINITY);
    expect(sites.mostHolders).toBe(1);
    for (let crashAt = 1; crashAt <= writes; crashAt++) {
      await anew();
      await runRoughly(() => 'done', crashAt);
      expect({ crashAt, most: sites.mostHolders }).toEqual({ crashAt, most: 1 });
    }
  });

  it('connections that break at any moment cost nothing but time', async () => {
    await startBoth();
    const both: WorkflowSpec = { synchronization: { ...mutex.synchronization, ...semaphore.synchronization } };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const [i, name] of names.entries())
      for (const site of [east, west]) await site.submit(name, [mutex, semaphore, both][i % 3] ?? {});
    let [broken, looks] = [0, 0];
    await sites.until(async () => {
      const phases = await Promise.all([east, west].flatMap((site) => names.map((name) => site.phase(name))));
      if (phases.every((phase) => phase === 'Succeeded')) return true;
      if (looks++ % 3 > 0) return false;
      const ended = await postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'argosy-sync'`,
      );
      broken += ended.length;
      return false;
    }, true);
    await sites.until(stateIs(), true);
    expect({ most: sites.mostHolders, isBroken: broken > 0 }).toEqual({ most: 1, isBroken: true });
  });

  it('a database that is away makes those wait who need it, and nobody else', async () => {
    await startBoth();
    east.endless.add('a');
    await east.submit('a', semaphore);
    await sites.until(says(east, 'a', 'Running'));
    await west.submit('b', semaphore);
    await sites.until(stateIs('east default/a held', 'west default/b'));
    await postgres.stop();
    await west.submit('free', {});
    await west.submit('c', mutex);
    await sites.until(says(west, 'free', 'Succeeded'), true);
    await sites.until(says(west, 'c', 'Pending'), true);
    east.endless.delete('a');
    await sites.until(says(east, 'a', 'Succeeded'), true);
    expect(await west.phase('b')).toBe('Pending');
    await west.stop();
    await west.start();
    await postgres.start();
    await sites.until(says(west, 'b', 'Succeeded'), true);
    await sites.until(says(west, 'c', 'Succeeded'), true);
    await sites.until(stateIs(), true);
    expect(sites.mostHolders).toBe(1);
  });
});
