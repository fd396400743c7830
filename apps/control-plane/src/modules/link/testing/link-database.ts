import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '@argosy/embedded-postgres';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { prepareApplicationRole } from '../../../persistence/application-role.js';
import { Database } from '../../../persistence/database.js';
import { migrate } from '../../../persistence/migrate.js';
import { Notifications } from '../../../persistence/notifications.js';
import type { ClusterIdentity } from '../../clusters/clusters.service.js';

export interface LinkDatabase {
  readonly database: Database;
  readonly notifications: Notifications;
  /** Of the application role. */
  readonly url: string;
  /** Any statement, past row-level security. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** A cluster of a new tenant. */
  newCluster(): Promise<ClusterIdentity>;
  close(): Promise<void>;
}

/** A real server with our schema, as the application sees it. */
export async function startLinkDatabase(): Promise<LinkDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'argosy-link-'));
  const server = await startEmbeddedPostgres({ dir, password: 'admin', volatile: true });
  await migrate(server.url(), resolve('prisma/migrations'));
  const url = await prepareApplicationRole(server.url(), 'app');
  const admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  const database = new Database(url);
  const notifications = new Notifications(url);
  await notifications.start();
  return {
    database,
    notifications,
    url,
    query: async <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) =>
      (await admin.query<Row>(sql, values)).rows,
    newCluster: async () => {
      const identity = { clusterId: uuidv7(), tenantId: uuidv7(), name: 'east', epoch: 0 };
      await admin.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [identity.tenantId, identity.tenantId]);
      await admin.query('INSERT INTO cluster (id, tenant_id, name) VALUES ($1, $2, $3)', [
        identity.clusterId,
        identity.tenantId,
        identity.name,
      ]);
      return identity;
    },
    close: async () => {
      await notifications.close();
      await database.close();
      await admin.end();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
