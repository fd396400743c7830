import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Application } from '../../application.js';
import { ApiClient } from '../../testing/api-client.js';
import type { TestTenant } from '../../testing/tenancy.js';
import type { TestDatabase } from '../../testing/test-server.js';
import { TestServer } from '../../testing/test-server.js';

let server: TestServer;
let db: TestDatabase;
let here: Application;
let there: Application;
let tenant: TestTenant;
let east: string;
let listener: ApiClient;
let actor: ApiClient;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  db = await server.newDatabase();
  [here, there] = [await db.startReplica(), await db.startReplica()];
  tenant = await db.tenancy.tenant('acme');
  east = await db.tenancy.cluster(tenant, 'east');
  const { token } = await db.tenancy.user(tenant, 'ann', 'admin');
  [listener, actor] = [new ApiClient(here, token), new ApiClient(there, token)];
});
afterEach(async () => {
  await listener.close();
  await db.close();
});

const SUBMIT = `mutation ($name: String!) { submitRun(input: { manifest: $name }) { ... on SubmitRunSuccess { run { id } } } }`;
const manifest = (name: string): string =>
  JSON.stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name },
    spec: { entrypoint: 'm', templates: [{ name: 'm', container: { image: 'x', command: ['true'] } }] },
  });
const submit = async (name: string): Promise<string> =>
  (await actor.ask<{ submitRun: { run: { id: string } } }>(SUBMIT, { name: manifest(name) })).submitRun.run.id;
const changeRun = async (id: string, phase: string): Promise<void> => {
  await db.admin.query('UPDATE run SET phase = $2 WHERE id = $1', [id, phase]);
  await db.tenancy.notify({ kind: 'run', tenantId: tenant.id, runId: id, change: 'UPDATED' });
};
interface Line {
  readonly cursor: string;
  readonly number: number;
  readonly text: string;
  readonly missingBefore: number;
}
const LINES = `subscription ($run: ID!, $after: String) { logLines(runId: $run, nodeId: "n", after: $after) {
  cursor number text missingBefore } }`;
async function take<Item>(events: AsyncIterator<Item>, count: number): Promise<Item[]> {
  const items: Item[] = [];
  while (items.length < count) {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- a test talks to programs whose types it does not have
    const { done, value } = await events.next();
    if (done) break;
    items.push(value);
  }
  return items;
}

describe('subscriptions on one replica, of what happens on another', () => {
  it('show a run as it is, then every change, and end when it is purged', async () => {
    const id = await submit('one');
    const events = listener.follow<{ phase: string }>(
      'subscription ($id: ID!) { runChanged(id: $id) { phase cluster { name } } }',
      { id },
    );
    expect((await events.next()).value).toEqual({ phase: 'SUBMITTED', cluster: { name: 'east' } });
    await changeRun(id, 'RUNNING');
    expect((await events.next()).value).toMatchObject({ phase: 'RUNNING' });
    // News without a change are not told again.
    await db.tenancy.notify({ kind: 'run', tenantId: tenant.id, runId: id, change: 'UPDATED' });
    await changeRun(id, 'SUCCEEDED');
    expect((await events.next()).value).toMatchObject({ phase: 'SUCCEEDED' });
    await actor.ask('mutation ($id: ID!) { deleteRun(id: $id, purge: true) { __typename } }', { id });
    expect((await events.next()).done).toBe(true);
  });

  it('show runs that match as they come, change and are purged', async () => {
    const CHANGES = `subscription { runsChanged(filter: { nameContains: "BUILD" }) { type run { name phase yaml } } }`;
    const events = listener.follow<{ type: string; run: { name: string } }>(CHANGES);
    const first = events.next();
    // Submitted until the subscription hears of one: there is no other sign that it has begun.
    const heard = { yet: false };
    void first.then(() => (heard.yet = true));
    for (let round = 0; !heard.yet; round++) {
      await submit(`other-${round}`);
      await submit(`build-${round}`);
    }
    expect((await first).value).toMatchObject({
      type: 'CREATED',
      run: { name: expect.stringMatching(/^build-/) as unknown },
    });
    const id = await submit('build-last');
    await changeRun(id, 'RUNNING');
    await actor.ask('mutation ($id: ID!) { deleteRun(id: $id, purge: true) { __typename } }', { id });
    const seen = [];
    for await (const change of events) {
      seen.push(change);
      if (change.type === 'DELETED') break;
    }
    expect(seen.at(-1)).toMatchObject({ type: 'DELETED', run: { name: 'build-last', phase: 'RUNNING', yaml: '' } });
    expect(seen.every(({ run }) => run.name.startsWith('build-'))).toBe(true);
  });

  it('show clusters as they are, then every change', async () => {
    const events = listener.follow<object>('subscription { clusterChanged { name state } }');
    expect((await events.next()).value).toEqual({ name: 'east', state: 'CONNECTED' });
    await actor.ask('mutation { registerCluster(input: { name: "west" }) { __typename } }');
    expect((await events.next()).value).toEqual({ name: 'west', state: 'PENDING' });
    await db.admin.query("UPDATE cluster SET connected = false WHERE name = 'east'");
    await db.tenancy.notify({ kind: 'cluster', tenantId: tenant.id, clusterId: east });
    expect((await events.next()).value).toEqual({ name: 'east', state: 'DISCONNECTED' });
  });
});

describe('the lines of a log', () => {
  const write = async (run: string, firstLine: number, texts: string[], more = {}): Promise<void> => {
    await db.tenancy.log(tenant, run, 'n', firstLine, texts, more);
    await db.tenancy.notify({ kind: 'log', tenantId: tenant.id, runId: run });
  };

  it('go from history to live without a gap or a repetition, and end with the container', async () => {
    const run = await db.tenancy.run(tenant, east);
    await db.tenancy.node(tenant, run, 'n', { hostNodeName: 'host' });
    const expected = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    await write(run, 0, expected.slice(0, 10));
    const events = listener.follow<Line>(LINES, { run });
    const seen = await take(events, 5);
    for (let first = 10; first < 40; first += 3) {
      await write(run, first, expected.slice(first, Math.min(first + 3, 40)), { final: first + 3 >= 40 });
    }
    await db.tenancy.node(tenant, run, 'n', {
      hostNodeName: 'host',
      phase: 'Succeeded',
      finishedAt: '2026-01-01T00:00:00Z',
    });
    await db.tenancy.notify({ kind: 'run', tenantId: tenant.id, runId: run, change: 'UPDATED' });
    for await (const line of events) seen.push(line);
    expect(seen.map(({ text }) => text)).toEqual(expected);
    expect(seen.map(({ number }) => number)).toEqual(expected.map((_, index) => index));
  });

  it('resume behind any cursor, on another replica, and show holes', async () => {
    const run = await db.tenancy.run(tenant, east, { phase: 'SUCCEEDED', finishedAt: '2026-01-01T00:00:00Z' });
    await db.tenancy.node(tenant, run, 'n', { hostNodeName: 'host' });
    await write(run, 0, ['a', 'b', 'c']);
    await write(run, 5, ['f', 'g'], { final: true, missingBefore: 2 });
    const all = await take(listener.follow<Line>(LINES, { run }), 99);
    expect(all.map(({ text, number, missingBefore }) => [text, number, missingBefore])).toEqual([
      ['a', 0, 0],
      ['b', 1, 0],
      ['c', 2, 0],
      ['f', 5, 2],
      ['g', 6, 0],
    ]);
    for (const [index, { cursor }] of all.entries()) {
      const rest = await take(actor.follow<Line>(LINES, { run, after: cursor }), 99);
      expect(rest.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'f', 'g'].slice(index + 1));
    }
    await actor.close();
  });

  it('are paged forwards, backwards and by what they contain', async () => {
    const run = await db.tenancy.run(tenant, east);
    await db.tenancy.node(tenant, run, 'n');
    for (let first = 0; first < 100; first += 7)
      await db.tenancy.log(
        tenant,
        run,
        'n',
        first,
        Array.from({ length: Math.min(7, 100 - first) }, (_, index) => `Line ${first + index}`),
      );
    const page = async (args: string): Promise<{ texts: string[]; end: string; start: string; total: number }> => {
      const { run: found } = await listener.ask<{
        run: {
          node: {
            logs: {
              nodes: { text: string }[];
              totalCount: number;
              pageInfo: { endCursor: string; startCursor: string };
            };
          };
        };
      }>(
        `{ run(id: "${run}") { node(id: "n") { logs(${args}) { nodes { text } totalCount pageInfo { endCursor startCursor } } } } }`,
      );
      const { nodes, totalCount, pageInfo } = found.node.logs;
      return {
        texts: nodes.map(({ text }) => text),
        end: pageInfo.endCursor,
        start: pageInfo.startCursor,
        total: totalCount,
      };
    };
    const first = await page('first: 10');
    expect(first).toMatchObject({ total: 100, texts: Array.from({ length: 10 }, (_, index) => `Line ${index}`) });
    expect((await page(`first: 2, after: "${first.end}"`)).texts).toEqual(['Line 10', 'Line 11']);
    const last = await page('last: 3');
    expect(last.texts).toEqual(['Line 97', 'Line 98', 'Line 99']);
    expect((await page(`last: 2, before: "${last.start}"`)).texts).toEqual(['Line 95', 'Line 96']);
    expect((await page('contains: "LINE 9", last: 2')).texts).toEqual(['Line 98', 'Line 99']);
  });
});
