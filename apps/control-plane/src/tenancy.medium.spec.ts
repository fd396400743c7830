import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, isObjectType } from 'graphql';
import type { Application } from './application.js';
import { ApiClient } from './testing/api-client.js';
import type { TestDatabase } from './testing/test-server.js';
import { TestServer } from './testing/test-server.js';

// Every name and text of the other tenant contains this, so that any of it is seen wherever it shows.
const MARK = 'confidential';
const schema = buildSchema(readFileSync(resolve('apps/control-plane/schema.graphql'), 'utf8'));
type RootType = 'Query' | 'Mutation' | 'Subscription';
const fieldsOf = (type: RootType): string[] => {
  const root = schema.getType(type);
  return isObjectType(root) ? Object.keys(root.getFields()) : [];
};

interface Ids {
  readonly run: string;
  readonly cluster: string;
  readonly token: string;
}
type Attempt = (theirs: Ids) => string;

const MANIFEST = JSON.stringify(
  JSON.stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'x-' },
    spec: { entrypoint: 'm', templates: [{ name: 'm', container: { image: 'x', command: ['true'] } }] },
  }),
);
const RUN = `id name namespace phase message labels annotations yaml placementReason submittedBy cluster { id name labels }
  parameters { name value } outputs { name value } nodes(first: 2) { nodes { id name message logs(first: 2) { totalCount nodes { text } } } }
  node(id: "${MARK}-node") { id logs(first: 2) { nodes { text } } } events(first: 2) { nodes { reason message } }`;
const CLUSTER = 'id name state labels agentVersion';
const PROBLEM = '__typename ... on UserError { code message }';
const action =
  (name: string) =>
  ({ run }: Ids) =>
    `mutation { ${name}(id: "${run}") { ${PROBLEM} ... on RunActionSuccess { run { ${RUN} } } } }`;

/** How somebody of another tenant would go about it, for every field there is: a new field must be added here. */
const attempts: Record<RootType, Record<string, Attempt>> = {
  Query: {
    auditEvents: () => '{ auditEvents(first: 1000) { nodes { id actorName action targetId targetName detail } } }',
    cluster: ({ cluster }) =>
      `{ byId: cluster(id: "${cluster}") { ${CLUSTER} } cluster(name: "${MARK}-cluster") { ${CLUSTER} } }`,
    clusters: () => `{ clusters { totalCount nodes { ${CLUSTER} } } }`,
    run: ({ run }) => `{ run(id: "${run}") { ${RUN} } }`,
    runs: () =>
      `{ runs { totalCount nodes { ${RUN} } } named: runs(filter: { nameContains: "${MARK}", clusters: ["${MARK}-cluster"] }) { totalCount nodes { id name } } }`,
    viewer: () => '{ viewer { id name email tenant { id name } teams { id name } apiTokens { id name prefix } } }',
  },
  Mutation: {
    createApiToken: () =>
      'mutation { createApiToken(input: { name: "x" }) { __typename ... on CreateApiTokenSuccess { apiToken { name } } } }',
    deleteRun: ({ run }) => `mutation { deleteRun(id: "${run}", purge: true) { ${PROBLEM} } }`,
    registerCluster: () =>
      `mutation { registerCluster(input: { name: "same-name" }) { ${PROBLEM} ... on RegisterClusterSuccess { cluster { ${CLUSTER} } } } }`,
    resubmitRun: ({ run }) =>
      `mutation { resubmitRun(id: "${run}") { ${PROBLEM} ... on SubmitRunSuccess { run { ${RUN} } } } }`,
    resumeRun: action('resumeRun'),
    retryRun: action('retryRun'),
    revokeApiToken: ({ token }) =>
      `mutation { revokeApiToken(id: "${token}") { ${PROBLEM} ... on RevokeApiTokenSuccess { apiToken { name } } } }`,
    setRunNode: ({ run }) =>
      `mutation { setRunNode(id: "${run}", input: { nodeFieldSelector: "displayName=${MARK}-node" }) { ${PROBLEM} ... on RunActionSuccess { run { ${RUN} } } } }`,
    stopRun: action('stopRun'),
    submitRun: () =>
      `mutation { submitRun(input: { manifest: ${MANIFEST}, cluster: "${MARK}-cluster", idempotencyKey: "${MARK}-key" }) {
        ${PROBLEM} ... on SubmitRunSuccess { run { ${RUN} } } ... on NoClusterAvailable { known } } }`,
    suspendRun: action('suspendRun'),
    terminateRun: action('terminateRun'),
  },
  Subscription: {
    clusterChanged: ({ cluster }) => `subscription { clusterChanged(id: "${cluster}") { ${CLUSTER} } }`,
    logLines: ({ run }) => `subscription { logLines(runId: "${run}") { text } }`,
    runChanged: ({ run }) => `subscription { runChanged(id: "${run}") { ${RUN} } }`,
    runsChanged: () => `subscription { runsChanged { type run { ${RUN} } } }`,
  },
};
const cases = (type: RootType) => Object.entries(attempts[type]);

let server: TestServer;
let db: TestDatabase;
let app: Application;
let stranger: ApiClient;
let theirs: Ids;
let theirTenant: string;
beforeAll(async () => {
  server = await TestServer.start();
  db = await server.newDatabase();
  app = await db.startReplica();
  const tenant = await db.tenancy.tenant(`${MARK}-tenant`);
  const owner = await db.tenancy.user(tenant, `${MARK}-user`, 'admin');
  const cluster = await db.tenancy.cluster(tenant, `${MARK}-cluster`);
  const run = await db.tenancy.run(tenant, cluster, { name: `${MARK}-run`, labels: { [MARK]: MARK } });
  await db.tenancy.cluster(tenant, 'same-name', false);
  await db.admin.query('UPDATE run SET idempotency_key = $1, message = $1', [`${MARK}-key`]);
  await db.tenancy.node(tenant, run, `${MARK}-node`, { message: MARK, hostNodeName: 'n' });
  await db.tenancy.log(tenant, run, `${MARK}-node`, 0, [`${MARK} line`]);
  await new ApiClient(app, owner.token).ask(
    `mutation { createApiToken(input: { name: "${MARK}-token" }) { __typename } }`,
  );
  theirs = { run, cluster, token: owner.tokenId };
  theirTenant = tenant.id;
  const user = await db.tenancy.user(await db.tenancy.tenant('strangers'), 'sid', 'admin');
  stranger = new ApiClient(app, user.token);
});
afterAll(async () => {
  await stranger.close();
  await db.close();
  await server.stop();
});

/** All rows of the other tenant. */
async function theirRows(): Promise<Record<string, unknown>> {
  const tables = await db.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
  );
  const rows: Record<string, unknown> = {};
  for (const { name } of tables)
    rows[name] = await db.rows(`SELECT * FROM ${name} t WHERE tenant_id = $1 ORDER BY t::text`, [theirTenant]);
  return rows;
}

/** What was answered, without the words of the question. */
const withoutQuestion = (answer: unknown): string =>
  JSON.stringify(answer)
    .replaceAll(`There is no run ${theirs.run}`, '')
    .replaceAll(`You have no API token ${theirs.token}`, '')
    .replaceAll(`There is no cluster called ${MARK}-cluster`, '');
function expectNothingOfTheirs(answer: unknown): void {
  const text = withoutQuestion(answer);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- a test talks to programs whose types it does not have
  for (const secret of [MARK, ...Object.values(theirs), theirTenant]) expect(text).not.toContain(secret);
}

describe('another tenant', () => {
  it('is tried through every field of the schema', () => {
    for (const type of ['Query', 'Mutation', 'Subscription'] as const)
      expect(Object.keys(attempts[type]).sort()).toEqual(fieldsOf(type).sort());
  });

  it.each(cases('Query'))('cannot be read through %s', async (_field, attempt) => {
    const answer = await stranger.send(attempt(theirs));
    expect(answer.errors).toBeUndefined();
    expectNothingOfTheirs(answer);
  });

  it.each(cases('Mutation'))('cannot be read or changed through %s', async (_field, attempt) => {
    const before = await theirRows();
    const answer = await stranger.send(attempt(theirs));
    expect(answer.errors).toBeUndefined();
    expectNothingOfTheirs(answer);
    expect(await theirRows()).toEqual(before);
  });

  it.each(cases('Subscription'))('cannot be followed through %s', async (_field, attempt) => {
    const events = stranger.follow(attempt(theirs));
    const first = events.next();
    // Whatever happens to them is not heard: only then does the subscriber's own news come, or the end.
    await db.tenancy.notify({ kind: 'run', tenantId: theirTenant, runId: theirs.run, change: 'UPDATED' });
    await db.tenancy.notify({ kind: 'log', tenantId: theirTenant, runId: theirs.run });
    await db.tenancy.notify({ kind: 'cluster', tenantId: theirTenant, clusterId: theirs.cluster });
    const heard = await Promise.race([first, quiet()]);
    expectNothingOfTheirs(heard ?? {});
    await stranger.close();
    await first.catch(() => undefined);
  });
});

/** Resolves when the control plane has done all that was asked before. */
async function quiet(): Promise<undefined> {
  for (let round = 0; round < 5; round++) await stranger.send(attempts.Query.viewer?.(theirs) ?? '');
  return undefined;
}
