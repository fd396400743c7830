import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../../testing/api-client.js';
import type { RunSeed } from '../../testing/tenancy.js';
import type { TestDatabase } from '../../testing/test-server.js';
import { TestServer } from '../../testing/test-server.js';

let server: TestServer;
let db: TestDatabase;
let client: ApiClient;
afterAll(async () => {
  await db.close();
  await server.stop();
});

describe('lists of runs', () => {
  interface Page {
    readonly totalCount: number;
    readonly nodes: readonly { name: string }[];
    readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
  }
  const list = async (args: string): Promise<Page> =>
    (
      await client.ask<{ runs: Page }>(
        `{ runs${args ? `(${args})` : ''} { totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
      )
    ).runs;
  const namesOf = async (args: string): Promise<string[]> => (await list(args)).nodes.map(({ name }) => name);

  beforeAll(async () => {
    server = await TestServer.start();
    db = await server.newDatabase();
    const tenant = await db.tenancy.tenant('acme');
    client = new ApiClient(await db.startReplica(), (await db.tenancy.user(tenant, 'ann', 'admin')).token);
    const [east, west] = [await db.tenancy.cluster(tenant, 'east'), await db.tenancy.cluster(tenant, 'west')];
    const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, '0')}:00:00Z`;
    const seeds: RunSeed[] = [
      {
        name: 'alpha-build',
        phase: 'SUCCEEDED',
        labels: { app: 'web', tier: 'front' },
        startedAt: at(2),
        finishedAt: at(9),
      },
      { name: 'beta-build', phase: 'FAILED', labels: { app: 'web' }, startedAt: at(3), finishedAt: at(8) },
      { name: 'gamma_test', phase: 'RUNNING', labels: { app: 'db', tier: 'back' }, startedAt: at(4) },
      { name: 'delta-100%', phase: 'SUBMITTED', namespace: 'ci' },
    ];
    for (const [hour, seed] of seeds.entries())
      await db.tenancy.run(tenant, hour % 2 ? west : east, { ...seed, createdAt: at(hour) });
  });

  it.each([
    ['', ['delta-100%', 'gamma_test', 'beta-build', 'alpha-build']],
    ['filter: { clusters: ["east"] }', ['gamma_test', 'alpha-build']],
    ['filter: { namespaces: ["ci"] }', ['delta-100%']],
    ['filter: { phases: [FAILED, RUNNING] }', ['gamma_test', 'beta-build']],
    ['filter: { nameContains: "BUILD" }', ['beta-build', 'alpha-build']],
    ['filter: { nameContains: "a_t" }', ['gamma_test']],
    ['filter: { nameContains: "0%" }', ['delta-100%']],
    ['filter: { labelSelector: "app=web,tier!=front" }', ['beta-build']],
    ['filter: { labelSelector: "tier in (front, back), app" }', ['gamma_test', 'alpha-build']],
    ['filter: { labelSelector: "app notin (web)" }', ['delta-100%', 'gamma_test']],
    ['filter: { labelSelector: "!app" }', ['delta-100%']],
    [
      'filter: { createdAfter: "2026-03-01T01:00:00Z", createdBefore: "2026-03-01T03:00:00Z" }',
      ['gamma_test', 'beta-build'],
    ],
    ['orderBy: { field: NAME, direction: ASC }', ['alpha-build', 'beta-build', 'delta-100%', 'gamma_test']],
    ['orderBy: { field: FINISHED_AT, direction: ASC }', ['beta-build', 'alpha-build', 'gamma_test', 'delta-100%']],
  ])('with %s', async (args, expected) => {
    const { nodes, totalCount } = await list(args);
    const names = nodes.map(({ name }) => name);
    if (args.includes('FINISHED_AT')) expect(names.slice(0, 2)).toEqual(expected.slice(0, 2));
    else expect(names).toEqual(expected);
    expect(totalCount).toBe(expected.length);
  });

  it.each(
    ['CREATED_AT', 'STARTED_AT', 'FINISHED_AT', 'NAME'].flatMap((field) => [
      [field, 'ASC'],
      [field, 'DESC'],
    ]),
  )('by %s %s come page by page as they come at once', async (field, direction) => {
    const order = `orderBy: { field: ${field}, direction: ${direction} }`;
    const atOnce = await namesOf(order);
    expect(atOnce).toHaveLength(4);
    const paged: string[] = [];
    for (let after = ''; ;) {
      const { nodes, pageInfo } = await list(`${order}, first: 1${after}`);
      paged.push(...nodes.map(({ name }) => name));
      expect(pageInfo.hasPreviousPage).toBe(after !== '');
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(paged).toEqual(atOnce);
  });

  it('do not take a cursor of another order', async () => {
    const { pageInfo } = await list('first: 1');
    const { errors } = await client.send(
      `{ runs(orderBy: { field: NAME, direction: ASC }, after: "${pageInfo.endCursor}") { totalCount } }`,
    );
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
