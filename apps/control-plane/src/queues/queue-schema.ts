import { DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import type pg from 'pg';

/** Makes or updates the tables of the queues, for the role that will use them. They hold jobs, no tenant's data. */
export async function prepareQueueSchema(client: pg.ClientBase, role: string): Promise<void> {
  await runMigrations(client);
  await client.query(`GRANT USAGE ON SCHEMA ${DEFAULT_SCHEMA} TO ${role}`);
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${DEFAULT_SCHEMA} TO ${role}`);
  await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${DEFAULT_SCHEMA} TO ${role}`);
  await client.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${DEFAULT_SCHEMA} TO ${role}`);
}
