import { join } from 'node:path';
import { startEmbeddedPostgres } from '@argosy/embedded-postgres';
import { AppError } from '@argosy/platform';
import pg from 'pg';
import { APPLICATION_ROLE, prepareApplicationRole } from './application-role.js';
import { keptSecret } from './kept-secret.js';
import { migrate, pendingMigrations } from './migrate.js';

export interface DatabaseOptions {
  /** Server of the operator's; embedded when absent. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly migrationsDir: string;
  /** For the role as which the application connects, where we may make it. */
  readonly rolePassword: string;
  /** Makes schemas that are not the migrations' business, and gives the role its rights on them. */
  readonly prepareMore: (client: pg.ClientBase, role: string) => Promise<void>;
}
export interface PreparedDatabase {
  /** As a role that row-level security holds for. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the database when it is ours, and brings its schema up to date. A server of the operator's is prepared in the same
 * way when DATABASE_URL may create roles; else `npm run db:deploy` must have done so, and DATABASE_URL is the application's.
 * Throws AppError with a sentence for people.
 */
export async function prepareDatabase(options: DatabaseOptions): Promise<PreparedDatabase> {
  const { url, dataDir } = options;
  if (url !== undefined && !(await mayCreateRoles(url))) {
    await checkPrepared(url, options.migrationsDir);
    return { url, stop: () => Promise.resolve() };
  }
  const embedded =
    url === undefined
      ? await startEmbeddedPostgres({
          dir: join(dataDir, 'postgres'),
          password: keptSecret(dataDir, 'secrets/postgres'),
        })
      : undefined;
  try {
    const adminUrl = url ?? embedded?.url() ?? '';
    return {
      url: (await deploy({ ...options, adminUrl })).url,
      stop: () => embedded?.stop() ?? Promise.resolve(),
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

export interface Deployed {
  /** Connection string of the application's role. */
  readonly url: string;
  /** Names of the migrations that were missing. */
  readonly applied: readonly string[];
}

/** Brings the schema up to date and makes the application's role. Throws AppError when `adminUrl` may not. */
export async function deploy({
  adminUrl,
  migrationsDir,
  rolePassword,
  prepareMore,
}: Pick<DatabaseOptions, 'migrationsDir' | 'rolePassword' | 'prepareMore'> & { adminUrl: string }): Promise<Deployed> {
  if (!(await mayCreateRoles(adminUrl)))
    throw new AppError(
      'DATABASE_ROLE',
      'The role of DATABASE_URL may not create roles. Use one that may, and owns the database.',
    );
  const applied = await migrate(adminUrl, migrationsDir);
  const url = await prepareApplicationRole(adminUrl, rolePassword);
  await asking(adminUrl, (client) => prepareMore(client, APPLICATION_ROLE));
  return { url, applied };
}

async function mayCreateRoles(url: string): Promise<boolean> {
  return asking(url, async (client) => {
    const { rows } = await client.query<{ may: boolean }>(
      'SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user',
    );
    return rows[0]?.may ?? false;
  });
}

async function checkPrepared(url: string, migrationsDir: string): Promise<void> {
  await asking(url, async (client) => {
    const { rows } = await client.query<{ bypasses: boolean }>(
      'SELECT rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user',
    );
    if (rows[0]?.bypasses)
      throw new AppError('DATABASE_ROLE', 'The role of DATABASE_URL may bypass row-level security. Use argosy_app.');
    const pending = await pendingMigrations(client, migrationsDir);
    if (pending.length > 0)
      throw new AppError(
        'DATABASE_SCHEMA',
        `The database lacks the migrations ${pending.join(', ')}. Run npm run db:deploy with a role that owns it.`,
      );
  });
}

async function asking<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    const { host, port, database } = client;
    throw new AppError(
      'DATABASE_UNREACHABLE',
      `The database ${database} at ${host}:${port} does not answer: ${(cause as Error).message}. Check DATABASE_URL.`,
      { cause, retry: 'backoff' },
    );
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
