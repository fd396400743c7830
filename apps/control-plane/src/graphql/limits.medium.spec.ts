import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@argosy/platform';
import type { Application } from '../application.js';
import { ApiClient } from '../testing/api-client.js';
import type { TestTenant, TestUser } from '../testing/tenancy.js';
import { PASSWORD } from '../testing/tenancy.js';
import type { TestDatabase } from '../testing/test-server.js';
import { TestServer } from '../testing/test-server.js';

const SUBMIT = `mutation ($input: SubmitRunInput!) { submitRun(input: $input) {
  __typename
  ... on InvalidInput { code message problems { message path line column hint } }
  ... on NoClusterAvailable { code message known }
} }`;
const MANIFEST = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: hello- }
spec:
  entrypoint: main
  templates:
    - name: main
      container: { image: busybox, command: [echo, hi] }
`;

let server: TestServer;
let db: TestDatabase;
let clock: FakeClock;
let app: Application;
let tenant: TestTenant;
let user: TestUser;
let client: ApiClient;
let before: Record<string, number>;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  db = await server.newDatabase();
  clock = new FakeClock();
  tenant = await db.tenancy.tenant('acme');
  user = await db.tenancy.user(tenant, 'ann', 'admin');
  await db.tenancy.cluster(tenant, 'east');
  app = await db.startReplica(clock);
  client = new ApiClient(app, user.token);
  before = await db.counts();
});
afterEach(async () => {
  await client.close();
  await db.close();
});

const submit = async (input: object): Promise<Record<string, unknown>> =>
  (await client.ask<{ submitRun: Record<string, unknown> }>(SUBMIT, { input })).submitRun;

describe('what is refused, with a reason of its own and nothing written', () => {
  afterEach(async () => expect(await db.counts()).toEqual(before));

  it('a query that is 50 levels deep', async () => {
    const deep = `{ ${'viewer { '.repeat(50)} id ${'}'.repeat(50)} }`;
    const { status, errors } = await client.send(deep);
    expect(status).toBe(400);
    expect(errors?.find(({ extensions }) => extensions?.code === 'QUERY_TOO_DEEP')?.message).toBe(
      'The query is 51 levels deep; at most 12 are answered.',
    );
  });

  it('a query of fragments that contain each other', async () => {
    const query = '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }';
    const { status, errors } = await client.send(query);
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain('Cannot spread fragment "a" within itself');
  });

  it('a query for more fields than anybody can read', async () => {
    const query = '{ runs(first: 1000) { nodes { nodes(first: 1000) { nodes { id } } } } }';
    expect((await client.send(query)).errors?.[0]?.extensions?.code).toBe('QUERY_TOO_COSTLY');
  });

  it('a document of 5 MB', async () => {
    const { status, errors } = await client.send(SUBMIT, { input: { manifest: `# ${'x'.repeat(5_000_000)}` } });
    expect(status).toBe(413);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^The request has 50\d+ bytes; at most 3145728 bytes are taken/) as unknown,
      extensions: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  it('a manifest of more than 2 MB', async () => {
    expect(await submit({ manifest: `# ${'x'.repeat(2_100_000)}` })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'manifest', message: 'The manifest has 2100002 bytes; at most 2097152 are taken.' }],
    });
  });

  it('malformed YAML, by line and column', async () => {
    const { problems } = await submit({ manifest: 'apiVersion: argoproj.io/v1alpha1\nkind: [Workflow\n' });
    expect(problems).toMatchObject([{ line: expect.any(Number) as unknown, column: expect.any(Number) as unknown }]);
  });

  it('a misspelt key and an unknown template, both at once, with the right words', async () => {
    const manifest = MANIFEST.replace('entrypoint: main', 'entrypoint: mian').replace('image:', 'imgae:');
    const { problems } = await submit({ manifest });
    expect(JSON.stringify(problems)).toContain('imgae');
    expect(problems).toContainEqual(
      expect.objectContaining({ line: 8, hint: expect.stringContaining('image') as unknown }),
    );
  });

  it('a manifest of something else', async () => {
    expect(await submit({ manifest: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n' })).toMatchObject({
      __typename: 'InvalidInput',
      message: expect.stringContaining('must hold one Workflow') as unknown,
    });
  });

  it('an unknown cluster, with the names of those there are', async () => {
    expect(await submit({ manifest: MANIFEST, cluster: 'atlantis' })).toEqual({
      __typename: 'NoClusterAvailable',
      code: 'NO_CLUSTER',
      message: 'There is no cluster called atlantis.',
      known: ['east'],
    });
  });

  it('the id of a run of another tenant, as if it were not there', async () => {
    const other = await db.tenancy.tenant('other');
    const theirs = await db.tenancy.run(other, await db.tenancy.cluster(other, 'theirs'));
    before = await db.counts();
    expect(await client.ask('mutation ($id: ID!) { stopRun(id: $id) { __typename } }', { id: theirs })).toEqual({
      stopRun: { __typename: 'NotFound' },
    });
  });

  it('questions about the schema by nobody', async () => {
    const query = '{ __schema { types { name } } }';
    expect((await new ApiClient(app).send(query)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await client.send(query)).errors).toBeUndefined();
  });

  it('cursors and pages that make no sense', async () => {
    for (const args of ['first: 0', 'first: 100000', 'after: "x"', 'filter: { labelSelector: "a==b==c" }'])
      expect((await client.send(`{ runs(${args}) { nodes { id } } }`)).errors?.[0]?.extensions?.code).toMatch(
        /^(BAD_USER_INPUT|QUERY_TOO_COSTLY)$/,
      );
  });
});

describe('an expired login', () => {
  const logIn = async (): Promise<string> => {
    const response = await fetch(`${app.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: user.email, password: PASSWORD }),
    });
    return ((await response.json()) as { accessToken: string }).accessToken;
  };

  it('is told by its own code over HTTP, with nothing written', async () => {
    const expired = new ApiClient(app, await logIn());
    const counts = await db.counts();
    clock.advance(15 * 60_000);
    const { status, errors } = await expired.send(SUBMIT, { input: { manifest: MANIFEST } });
    expect(status).toBe(401);
    expect(errors?.[0]).toMatchObject({
      message: 'The login has expired. Log in again.',
      extensions: { code: 'TOKEN_EXPIRED' },
    });
    expect(await db.counts()).toEqual(counts);
  });

  it('closes a websocket that is opened with it, with the reason', async () => {
    const token = await logIn();
    clock.advance(15 * 60_000);
    const expired = new ApiClient(app, token);
    await expect(expired.follow('subscription { clusterChanged { name } }').next()).rejects.toMatchObject({
      code: 4401,
      reason: 'TOKEN_EXPIRED: The login has expired. Log in again.',
    });
  });

  it('is told to those who subscribe anew on an open websocket', async () => {
    const person = new ApiClient(app, await logIn());
    const first = person.follow<{ name: string }>('subscription { clusterChanged { name } }');
    expect((await first.next()).value).toEqual({ name: 'east' });
    clock.advance(15 * 60_000);
    const second = person.follow('subscription { clusterChanged { name } }');
    await expect(second.next()).rejects.toMatchObject([{ extensions: { code: 'TOKEN_EXPIRED' } }]);
    // The first one, which is still open, ends with the next news.
    await db.tenancy.notify({ kind: 'cluster', tenantId: tenant.id, clusterId: tenant.id });
    await expect(first.next()).rejects.toMatchObject([{ extensions: { code: 'TOKEN_EXPIRED' } }]);
    await person.close();
  });
});

describe('a failure that nobody expected', () => {
  it('becomes a number under which the log tells more, and the same number comes back', async () => {
    await db.admin.query('DROP TABLE run CASCADE');
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${user.token}`,
        'x-correlation-id': 'ticket-4711',
      },
      body: JSON.stringify({ query: '{ runs { nodes { id } } }' }),
    });
    expect(response.headers.get('x-correlation-id')).toBe('ticket-4711');
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      errors: [
        {
          message: 'Something failed on our side.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'ticket-4711' },
        },
      ],
    });
    expect(body).not.toContain('stack');
    expect(body).not.toContain('does not exist');
  });
});
