import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startEmbeddedPostgres } from '@argosy/embedded-postgres';
import type { EmbeddedPostgres } from '@argosy/embedded-postgres';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import type { ControlPlaneConfig } from './config/control-plane.config.js';
import { hashPassword } from './modules/access/secrets.js';
import { prepareApplicationRole } from './persistence/application-role.js';
import { migrate } from './persistence/migrate.js';

export interface PreparedDatabase {
  /** As the application role. */
  readonly url: string;
  readonly embedded: EmbeddedPostgres | undefined;
}

/** A secret that is made once and kept in the data folder for its owner alone. */
export function keptSecret(
  dataDir: string,
  name: string,
  make = (): string => randomBytes(24).toString('base64url'),
): string {
  const path = join(dataDir, name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${make()}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  }
  return readFileSync(path, 'utf8').trim();
}

/** Starts the database when it is ours, brings its schema up to date, and makes the role as which the application works. */
export async function prepareDatabase(config: ControlPlaneConfig, migrationsDir: string): Promise<PreparedDatabase> {
  const dataDir = config.ARGOSY_DATA_DIR;
  const embedded = config.DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({
        dir: join(dataDir, 'postgres'),
        password: keptSecret(dataDir, 'secrets/postgres'),
      });
  try {
    const adminUrl = config.DATABASE_URL ?? embedded?.url() ?? '';
    await migrate(adminUrl, migrationsDir);
    const url = await prepareApplicationRole(adminUrl, keptSecret(dataDir, 'secrets/postgres-app'));
    await ensureAdministrator(adminUrl, config);
    return { url, embedded };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The first tenant and its administrator, whose password is made up and kept in the data folder. */
async function ensureAdministrator(adminUrl: string, config: ControlPlaneConfig): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM tenant LIMIT 1');
    if (rowCount) return;
    const password = keptSecret(config.ARGOSY_DATA_DIR, 'admin-password', () => randomBytes(12).toString('base64url'));
    const [tenantId, userId] = [uuidv7(), uuidv7()];
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]);
    await client.query("INSERT INTO tenant (id, name) VALUES ($1, 'default')", [tenantId]);
    await client.query(
      'INSERT INTO user_account (id, tenant_id, email, name, password_hash) VALUES ($1, $2, $3, $4, $5)',
      [userId, tenantId, config.ARGOSY_ADMIN_EMAIL.toLowerCase(), 'Administrator', await hashPassword(password)],
    );
    await client.query(
      "INSERT INTO role_binding (id, tenant_id, role, user_id, scope_type) VALUES ($1, $2, 'admin', $3, 'tenant')",
      [uuidv7(), tenantId, userId],
    );
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
