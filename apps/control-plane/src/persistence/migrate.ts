import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@argosy/platform';
import pg from 'pg';

/** Of Prisma's own migrate command, so that both never run at the same time. */
const LOCK = 72_707_369;
const BOOK = `CREATE TABLE IF NOT EXISTS _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Applies the migrations that are missing, each in a transaction, and keeps Prisma's own book about it, so that the official
 * command line sees the database as its own. Returns the names of what it applied. Throws AppError for a database whose book
 * does not fit the folder.
 */
export async function migrate(connectionString: string, folder: string): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(BOOK);
    const missing = await missingFrom(client, folder);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Names of migrations that the database lacks. For roles that may not read the book, the schema must exist at least. */
export async function pendingMigrations(client: pg.Client, folder: string): Promise<string[]> {
  const { rows } = await client.query<{ there: boolean; readable: boolean }>(
    `SELECT to_regclass('run') IS NOT NULL AS there,
            coalesce(has_table_privilege(to_regclass('_prisma_migrations'), 'SELECT'), false) AS readable`,
  );
  if (!rows[0]?.there) return migrationsIn(folder).map(({ name }) => name);
  return rows[0].readable ? (await missingFrom(client, folder)).map(({ name }) => name) : [];
}

async function missingFrom(client: pg.Client, folder: string): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string; done: Date | null }>(
    'SELECT migration_name AS name, checksum, finished_at AS done FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  return migrationsIn(folder).filter(({ name, checksum }) => {
    const before = known.get(name);
    if (!before) return true;
    if (!before.done)
      throw new AppError(
        'MIGRATION_FAILED',
        `Migration ${name} failed before. Resolve it with prisma migrate resolve.`,
      );
    if (before.checksum !== checksum)
      throw new AppError(
        'MIGRATION_EDITED',
        `Migration ${name} was edited after it had been applied to this database.`,
      );
    return false;
  });
}

const migrationsIn = (folder: string): Migration[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
