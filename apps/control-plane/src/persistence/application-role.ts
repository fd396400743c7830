import pg from 'pg';

/** The role as which the application connects: owns nothing, may not bypass row-level security. */
export const APPLICATION_ROLE = 'argosy_app';

const FUNCTIONS = ['prepare_partitions(int)'];

/** Makes the role or gives it a new password, and the rights it needs. Returns the connection string to use. */
export async function prepareApplicationRole(adminUrl: string, password: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Replicas may start at the same time.
    await client.query('SELECT pg_advisory_xact_lock(72707371)');
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
    const verb = rowCount ? 'ALTER' : 'CREATE';
    await client.query(
      `${verb} ROLE ${APPLICATION_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${client.escapeLiteral(password)}`,
    );
    await grantRights(client);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.username = APPLICATION_ROLE;
  url.password = password;
  return url.href;
}

async function grantRights(client: pg.Client): Promise<void> {
  await client.query(`GRANT USAGE ON SCHEMA public TO ${APPLICATION_ROLE}`);
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${APPLICATION_ROLE}`);
  await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${APPLICATION_ROLE}`);
  await client.query(`REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM ${APPLICATION_ROLE}`);
  for (const signature of FUNCTIONS)
    await client.query(`GRANT EXECUTE ON FUNCTION ${signature} TO ${APPLICATION_ROLE}`);
}
