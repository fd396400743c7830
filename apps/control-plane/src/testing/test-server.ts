import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import { startEmbeddedPostgres, TemplateDatabase } from '@argosy/embedded-postgres';
import type { EmbeddedPostgres } from '@argosy/embedded-postgres';
import type { Clock } from '@argosy/platform';
import { readConfig } from '@argosy/platform';
import pg from 'pg';
import { startApplication } from '../application.js';
import type { Application } from '../application.js';
import { controlPlaneConfig } from '../config/control-plane.config.js';
import { APPLICATION_ROLE } from '../persistence/application-role.js';
import { deploy } from '../persistence/prepare-database.js';
import { prepareQueueSchema } from '../queues/queue-schema.js';
import { Tenancy } from './tenancy.js';

const root = resolve(import.meta.dirname, '../../../..');
const ROLE_PASSWORD = 'application';

// Servers start and databases are copied before tests; on a busy machine that takes more than the 5 s of unit tests.
jest.setTimeout(60_000);

/** A real PostgreSQL with our schema, copied for each test. */
export class TestServer {
  private constructor(
    private readonly dir: string,
    private readonly server: EmbeddedPostgres,
    private readonly template: TemplateDatabase,
  ) {}

  static async start(): Promise<TestServer> {
    const dir = mkdtempSync(join(tmpdir(), 'argosy-control-plane-'));
    const server = await startEmbeddedPostgres({ dir: join(dir, 'postgres'), password: 'admin', volatile: true });
    const template = await TemplateDatabase.make(server, async (adminUrl) => {
      const migrationsDir = join(root, 'prisma/migrations');
      await deploy({ adminUrl, migrationsDir, rolePassword: ROLE_PASSWORD, prepareMore: prepareQueueSchema });
    });
    return new TestServer(dir, server, template);
  }

  async newDatabase(): Promise<TestDatabase> {
    const name = await this.template.copy();
    const admin = new pg.Client({ connectionString: this.server.url(name) });
    await admin.connect();
    const url = this.server.url(name, { name: APPLICATION_ROLE, password: ROLE_PASSWORD });
    return new TestDatabase(admin, url, this.dir);
  }

  async stop(): Promise<void> {
    await this.template.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** One copy, and the replicas of the control plane on it. */
export class TestDatabase {
  private readonly replicas: Application[] = [];
  readonly tenancy: Tenancy;

  constructor(
    /** As superuser: past row-level security. */
    readonly admin: pg.Client,
    /** As the application. */
    readonly url: string,
    private readonly dataDir: string,
  ) {
    this.tenancy = new Tenancy(admin);
  }

  async startReplica(clock?: Clock, env: Readonly<Record<string, string>> = {}): Promise<Application> {
    const config = readConfig(controlPlaneConfig, {
      ARGOSY_PORT: '0',
      ARGOSY_DATA_DIR: this.dataDir,
      ARGOSY_SECRET: 'a secret that all replicas of this test share',
      ARGOSY_LOG_LEVEL: 'silent',
      ARGOSY_ROLE: 'api',
      ...env,
    });
    const options = { config, databaseUrl: this.url, root, ...(clock ? { clock } : {}) };
    const replica = await startApplication(options);
    this.replicas.push(replica);
    return replica;
  }

  async rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query<Row>(sql, values)).rows;
  }

  /** How many rows every table has, for telling that nothing was written. */
  async counts(): Promise<Record<string, number>> {
    const tables = await this.rows<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables)
      counts[name] = (await this.rows<{ count: number }>(`SELECT count(*)::int AS count FROM ${name}`))[0]?.count ?? 0;
    return counts;
  }

  async close(): Promise<void> {
    for (const replica of this.replicas) await replica.stop();
    await this.admin.end();
  }
}
