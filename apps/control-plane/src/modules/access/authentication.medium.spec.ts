import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@argosy/platform';
import type { Application } from '../../application.js';
import { ApiClient } from '../../testing/api-client.js';
import { PASSWORD } from '../../testing/tenancy.js';
import type { TestTenant, TestUser } from '../../testing/tenancy.js';
import type { TestDatabase } from '../../testing/test-server.js';
import { TestServer } from '../../testing/test-server.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const VIEWER = '{ viewer { name permissions tenant { name } } }';

let server: TestServer;
let db: TestDatabase;
let clock: FakeClock;
let app: Application;
let tenant: TestTenant;
let user: TestUser;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  db = await server.newDatabase();
  clock = new FakeClock();
  tenant = await db.tenancy.tenant('acme');
  user = await db.tenancy.user(tenant, 'ann', 'developer');
  app = await db.startReplica(clock);
});
afterEach(() => db.close());

interface Reply {
  readonly status: number;
  readonly accessToken?: string;
  readonly message?: string;
  readonly cookie: string;
  readonly setCookie: string;
  readonly retryAfter: string | null;
}
async function post(path: string, body: object = {}, cookie = ''): Promise<Reply> {
  const response = await fetch(`${app.url}/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
  const setCookie = response.headers.get('set-cookie') ?? '';
  const text = await response.text();
  return {
    status: response.status,
    ...(text ? (JSON.parse(text) as object) : {}),
    setCookie,
    cookie: setCookie.split(';')[0] ?? '',
    retryAfter: response.headers.get('retry-after'),
  };
}
const logIn = (more: object = {}): Promise<Reply> => post('login', { email: user.email, password: PASSWORD, ...more });
const codeOf = async (token: string | undefined): Promise<string | undefined> =>
  (await new ApiClient(app, token).send(VIEWER)).errors?.[0]?.extensions?.code;

describe('logging in', () => {
  it('gives an access token, and a refresh token that no script can read', async () => {
    const { status, accessToken, setCookie } = await logIn({ email: user.email.toUpperCase() });
    expect(status).toBe(200);
    expect(setCookie).toMatch(/^argosy_refresh=refresh_.*; Path=\/auth; .*HttpOnly; SameSite=Strict$/);
    const { viewer } = await new ApiClient(app, accessToken).ask<{ viewer: object }>(VIEWER);
    expect(viewer).toMatchObject({ name: 'ann', tenant: { name: 'acme' } });
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const wrong = await logIn({ password: 'wrong' });
    const unknown = await logIn({ email: 'nobody@acme.example' });
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({ status: 401, message: 'Wrong email or password.', cookie: '' });
  });

  it('is slowed down for an account after ten failures, and opens again', async () => {
    for (let attempt = 0; attempt < 10; attempt++) expect((await logIn({ password: 'guess' })).status).toBe(401);
    expect(await logIn()).toMatchObject({ status: 429, retryAfter: '300' });
    clock.advance(5 * MINUTE);
    expect((await logIn()).status).toBe(200);
  });

  it('tells tenants apart for those who are in several', async () => {
    const other = await db.tenancy.tenant('other');
    await db.admin.query('UPDATE user_account SET email = $1', ['shared@example.com']);
    await db.tenancy.user(other, 'x', 'viewer');
    await db.admin.query('UPDATE user_account SET email = $1', ['shared@example.com']);
    const tenantOf = async (name: string): Promise<unknown> => {
      const { accessToken } = await logIn({ email: 'shared@example.com', tenant: name });
      return (await new ApiClient(app, accessToken).ask<{ viewer: object }>(VIEWER)).viewer;
    };
    expect(await tenantOf('acme')).toMatchObject({ tenant: { name: 'acme' } });
    expect(await tenantOf('other')).toMatchObject({ tenant: { name: 'other' } });
  });
});

describe('a session', () => {
  it('outlives its access token by exchanging the refresh token, once', async () => {
    const first = await logIn();
    clock.advance(16 * MINUTE);
    expect(await codeOf(first.accessToken)).toBe('TOKEN_EXPIRED');
    const second = await post('refresh', {}, first.cookie);
    expect(second.status).toBe(200);
    expect(second.cookie).not.toBe(first.cookie);
    expect(await codeOf(second.accessToken)).toBeUndefined();
  });

  it('ends for everybody when a used refresh token comes again', async () => {
    const first = await logIn();
    const second = await post('refresh', {}, first.cookie);
    expect((await post('refresh', {}, first.cookie)).status).toBe(401);
    expect((await post('refresh', {}, second.cookie)).status).toBe(401);
  });

  it('ends after two weeks, and by logging out', async () => {
    const old = await logIn();
    clock.advance(14 * DAY);
    expect((await post('refresh', {}, old.cookie)).status).toBe(401);
    const { cookie } = await logIn();
    expect((await post('logout', {}, cookie)).status).toBe(204);
    expect((await post('refresh', {}, cookie)).status).toBe(401);
  });

  it('does not exist for tokens that were signed by somebody else', async () => {
    const { accessToken = '' } = await logIn();
    const [head, , signature] = accessToken.split('.');
    const claims = Buffer.from(JSON.stringify({ sub: user.id, tenant: tenant.id, exp: 9e9 })).toString('base64url');
    expect(await codeOf(`${head}.${claims}.${signature}`)).toBe('UNAUTHENTICATED');
    expect(await codeOf('nonsense')).toBe('UNAUTHENTICATED');
    expect(await codeOf(undefined)).toBe('UNAUTHENTICATED');
  });
});

describe('an API token', () => {
  const CREATE = `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    __typename ... on CreateApiTokenSuccess { secret apiToken { id prefix permissions expiresAt } }
    ... on Forbidden { permission } ... on InvalidInput { problems { path message hint } } } }`;
  interface Created {
    readonly createApiToken: {
      readonly __typename: string;
      readonly secret: string;
      readonly apiToken: { readonly id: string; readonly prefix: string };
    };
  }
  const create = (input: object, token = user.token): Promise<Created> =>
    new ApiClient(app, token).ask<Created>(CREATE, { input });

  it('is shown once and kept as a hash', async () => {
    const { secret, apiToken } = (await create({ name: 'ci' })).createApiToken;
    expect(secret).toMatch(/^argosy_[\w-]{43}$/);
    expect(secret.startsWith(apiToken.prefix)).toBe(true);
    expect(await codeOf(secret)).toBeUndefined();
    const everything = await db.rows('SELECT * FROM api_token');
    expect(JSON.stringify(everything)).not.toContain(secret);
  });

  it('ends when it is revoked or expires', async () => {
    const revoked = (await create({ name: 'one' })).createApiToken;
    const expiring = (await create({ name: 'two', expiresInDays: 1 })).createApiToken;
    await new ApiClient(app, user.token).ask(
      'mutation ($id: ID!) { revokeApiToken(id: $id) { ... on RevokeApiTokenSuccess { apiToken { revokedAt } } } }',
      { id: revoked.apiToken.id },
    );
    expect(await codeOf(revoked.secret)).toBe('UNAUTHENTICATED');
    expect(await codeOf(expiring.secret)).toBeUndefined();
    clock.advance(DAY);
    expect(await codeOf(expiring.secret)).toBe('TOKEN_EXPIRED');
  });

  it('has no permission that its creator lacks, then or later', async () => {
    expect((await create({ name: 'x', permissions: ['cluster:register'] })).createApiToken).toEqual({
      __typename: 'Forbidden',
      permission: 'cluster:register',
    });
    const { secret } = (await create({ name: 'x', permissions: ['run:submit', 'run:read'] })).createApiToken;
    const permissions = async (): Promise<unknown> =>
      (await new ApiClient(app, secret).ask<{ viewer: { permissions: string[] } }>(VIEWER)).viewer.permissions;
    expect(await permissions()).toEqual(['run:submit', 'run:read']);
    await db.admin.query("UPDATE role_binding SET role = 'viewer'");
    expect(await permissions()).toEqual(['run:read']);
  });

  it('tells every fault of its description at once', async () => {
    const { createApiToken } = await create({ name: ' ', permissions: ['run:sumbit'], expiresInDays: 0 });
    expect(createApiToken).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'name' }, { path: 'permissions' }, { path: 'expiresInDays' }],
    });
  });
});

describe('rights', () => {
  const REGISTER = `mutation { registerCluster(input: { name: "north" }) { __typename ... on Forbidden { permission message } } }`;

  it('are answered with Forbidden where the result has it, and with an error elsewhere', async () => {
    const viewer = new ApiClient(app, (await db.tenancy.user(tenant, 'vic', 'viewer')).token);
    expect(await viewer.ask(REGISTER)).toMatchObject({
      registerCluster: { __typename: 'Forbidden', permission: 'cluster:register' },
    });
    const { errors } = await viewer.send('{ auditEvents { nodes { id } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'audit:read' });
    expect(await db.rows('SELECT 1 FROM cluster')).toEqual([]);
  });

  it('of a namespace or a cluster end there, in lists, by id and in actions', async () => {
    const [east, west] = [await db.tenancy.cluster(tenant, 'east'), await db.tenancy.cluster(tenant, 'west')];
    const web = await db.tenancy.run(tenant, east, { name: 'web', namespace: 'web' });
    const data = await db.tenancy.run(tenant, west, { name: 'data', namespace: 'data' });
    const names = async (client: ApiClient): Promise<string[]> =>
      (
        await client.ask<{ runs: { nodes: { name: string }[] } }>('{ runs { totalCount nodes { name } } }')
      ).runs.nodes.map(({ name }) => name);
    const ofNamespace = await db.tenancy.user(tenant, 'nan', 'developer', { type: 'namespace', value: 'web' });
    const ofCluster = await db.tenancy.user(tenant, 'cleo', 'viewer', { type: 'cluster', value: west });
    const nan = new ApiClient(app, ofNamespace.token);
    const cleo = new ApiClient(app, ofCluster.token);
    expect(await names(nan)).toEqual(['web']);
    expect(await names(cleo)).toEqual(['data']);
    expect(await cleo.ask('{ clusters { totalCount nodes { name } } }')).toEqual({
      clusters: { totalCount: 1, nodes: [{ name: 'west' }] },
    });
    expect(await nan.ask('query ($id: ID!) { run(id: $id) { name } }', { id: data })).toEqual({ run: null });
    const stop = 'mutation ($id: ID!) { stopRun(id: $id) { __typename } }';
    expect(await nan.ask(stop, { id: data })).toEqual({ stopRun: { __typename: 'NotFound' } });
    expect(await nan.ask(stop, { id: web })).toEqual({ stopRun: { __typename: 'RunActionSuccess' } });
    expect(await cleo.ask(stop, { id: data })).toEqual({ stopRun: { __typename: 'Forbidden' } });
  });
});
