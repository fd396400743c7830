import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newId } from '@argosy/platform';
import type { TestDatabase } from '../testing/test-server.js';
import { TestServer } from '../testing/test-server.js';

let server: TestServer;
let db: TestDatabase;
let application: pg.Client;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  db = await server.newDatabase();
  application = new pg.Client({ connectionString: db.url });
  await application.connect();
});
afterEach(async () => {
  await application.end();
  await db.close();
});

/** Statements of the application within one transaction with these settings. */
async function within<Row extends pg.QueryResultRow>(
  settings: Readonly<Record<string, string>>,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  await application.query('BEGIN');
  try {
    for (const [name, value] of Object.entries(settings))
      await application.query('SELECT set_config($1, $2, true)', [name, value]);
    return (await application.query<Row>(sql, values)).rows;
  } finally {
    await application.query('ROLLBACK');
  }
}

describe('row-level security', () => {
  it('is enabled and forced, with the same policy, on every table of tenants and every partition', async () => {
    const tables = await db.rows<{ name: string; forced: boolean; isolated: boolean }>(`
      SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced, EXISTS (
        SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname AND p.policyname = 'tenant_isolation'
          AND p.cmd = 'ALL' AND p.roles = '{public}' AND p.qual = p.with_check
          AND p.qual LIKE '%(NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid%') AS isolated
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND (c.relname = 'tenant' OR EXISTS (
          SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))`);
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter(({ forced, isolated }) => !forced || !isolated)).toEqual([]);
  });

  it('covers every table: the only ones without a tenant are the tenants and the book of migrations', async () => {
    const names = await db.rows<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') ORDER BY 1`);
    expect(names.map(({ name }) => name)).toEqual(['_prisma_migrations', 'tenant']);
  });

  it('has no exceptions but those for secrets, logins and maintenance', async () => {
    const policies = await db.rows<{ policy: string }>(`
      SELECT tablename || ': ' || policyname || ' for ' || cmd AS policy FROM pg_policies
      WHERE schemaname = 'public' AND policyname <> 'tenant_isolation' ORDER BY 1`);
    expect(policies.map(({ policy }) => policy)).toEqual([
      'api_token: by_secret for SELECT',
      'cluster: by_secret for SELECT',
      'join_token: by_secret for SELECT',
      'outbox: for_maintenance for ALL',
      'refresh_token: by_secret for SELECT',
      'tenant: for_maintenance for SELECT',
      'user_account: by_login for SELECT',
    ]);
  });

  it('holds for the application, which may not bypass it and owns nothing', async () => {
    const [role] = await db.rows(`
      SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
             (SELECT count(*)::int FROM pg_class c WHERE c.relowner = r.oid) AS owned
      FROM pg_roles r WHERE rolname = 'argosy_app'`);
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      owned: 0,
    });
  });

  it('shows nothing without a tenant, and to a tenant its own rows alone', async () => {
    const [a, b] = [await db.tenancy.tenant('a'), await db.tenancy.tenant('b')];
    await db.tenancy.cluster(a, 'of-a');
    await db.tenancy.cluster(b, 'of-b');
    const sql = 'SELECT name FROM cluster';
    expect(await within({}, sql)).toEqual([]);
    expect(await within({ 'app.tenant_id': a.id }, sql)).toEqual([{ name: 'of-a' }]);
    expect(await within({ 'app.tenant_id': b.id }, 'SELECT name FROM tenant')).toEqual([{ name: 'b' }]);
  });

  it('refuses rows for another tenant, and references to its rows', async () => {
    const [a, b] = [await db.tenancy.tenant('a'), await db.tenancy.tenant('b')];
    const clusterOfA = await db.tenancy.cluster(a, 'of-a');
    const asB = { 'app.tenant_id': b.id };
    const insert = `INSERT INTO run (id, tenant_id, cluster_id, namespace, name, phase, manifest) VALUES ($1, $2, $3, 'x', 'x', 'RUNNING', '')`;
    await expect(within(asB, insert, [newId(), a.id, clusterOfA])).rejects.toMatchObject({ code: '42501' });
    await expect(within(asB, insert, [newId(), b.id, clusterOfA])).rejects.toMatchObject({ code: '23503' });
  });

  it('lets the holder of a secret read the row it belongs to, and no other', async () => {
    const [a, b] = [await db.tenancy.tenant('a'), await db.tenancy.tenant('b')];
    const userOfA = await db.tenancy.user(a, 'ann', 'admin');
    await db.tenancy.user(b, 'bob', 'admin');
    const [{ hash } = { hash: '' }] = await db.rows<{ hash: string }>('SELECT hash FROM api_token WHERE id = $1', [
      userOfA.tokenId,
    ]);
    expect(await within({ 'app.secret_hash': hash }, 'SELECT id FROM api_token')).toEqual([{ id: userOfA.tokenId }]);
    expect(await within({ 'app.login_email': userOfA.email }, 'SELECT id FROM user_account')).toEqual([
      { id: userOfA.id },
    ]);
    await expect(within({ 'app.secret_hash': hash }, 'DELETE FROM api_token RETURNING id')).resolves.toEqual([]);
  });

  it('gives every month partitions of its own, and takes rows of any other', async () => {
    const tenant = await db.tenancy.tenant('a');
    const runId = newId();
    await db.tenancy.node(tenant, runId, 'now');
    await db.tenancy.node(tenant, '018cc251-f400-7000-8000-000000000000', 'long ago');
    const places = await db.rows<{ node: string; partition: string }>(
      'SELECT node_id AS node, tableoid::regclass::text AS partition FROM run_node ORDER BY 1',
    );
    expect(places[0]).toEqual({ node: 'long ago', partition: 'run_node_default' });
    expect(places[1]?.partition).toMatch(/^run_node_\d{6}$/);
  });
});
