import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import { FakeClock } from '@argosy/platform';
import type { Application } from '../../application.js';
import { Database } from '../../persistence/database.js';
import { OutboxRepository } from '../../persistence/outbox.repository.js';
import { Maintenance } from '../../queues/maintenance.js';
import { ApiClient } from '../../testing/api-client.js';
import type { TestTenant } from '../../testing/tenancy.js';
import type { TestDatabase } from '../../testing/test-server.js';
import { TestServer } from '../../testing/test-server.js';
import { AccessRepository } from '../access/access.repository.js';
import { SessionsRepository } from '../access/sessions.repository.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { PurgeRepository } from './purge.repository.js';

const MANIFEST = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: hello-
  labels: { app: web }
spec:
  entrypoint: main
  arguments:
    parameters:
      - { name: who, value: world }
      - { name: times }
  templates:
    - name: main
      container: { image: busybox, command: [echo, "{{workflow.parameters.who}}"] }
`;

let server: TestServer;
let db: TestDatabase;
let app: Application;
let tenant: TestTenant;
let client: ApiClient;
let [east, west] = ['', ''];
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  db = await server.newDatabase();
  app = await db.startReplica();
  tenant = await db.tenancy.tenant('acme');
  client = new ApiClient(app, (await db.tenancy.user(tenant, 'ann', 'admin')).token);
  east = await db.tenancy.cluster(tenant, 'east');
  west = await db.tenancy.cluster(tenant, 'west');
});
afterEach(() => db.close());

interface Submitted {
  readonly __typename: string;
  readonly problems?: readonly { message: string; path: string; line: number }[];
  readonly run: {
    readonly id: string;
    readonly name: string;
    readonly phase: string;
    readonly placementReason: string;
    readonly yaml: string;
    readonly cluster: { readonly name: string };
    readonly parameters: readonly { name: string; value: string }[];
  };
}
async function submit(input: object): Promise<Submitted> {
  const query = `mutation ($input: SubmitRunInput!) { submitRun(input: $input) { __typename
    ... on InvalidInput { problems { message path line } }
    ... on SubmitRunSuccess { run { id name phase placementReason yaml cluster { name } parameters { name value } } } } }`;
  const times = { name: 'times', value: '3' };
  const whole = { manifest: MANIFEST, parameters: [times], ...input };
  return (await client.ask<{ submitRun: Submitted }>(query, { input: whole })).submitRun;
}
const ACTION = 'workflows.argoproj.io/action';
/** What labels say of the caller, who uses a token of ann's. */
const ann = (role: 'creator' | 'actor'): Record<string, unknown> => ({
  [`workflows.argoproj.io/${role}`]: expect.stringMatching(/^[0-9a-f-]{36}$/),
  [`workflows.argoproj.io/${role}-email`]: 'ann.at.acme.example',
  [`workflows.argoproj.io/${role}-preferred-username`]: 'token-of-ann',
});
const commands = () =>
  db.rows<{ cluster_id: string; seq: string; epoch: number; state: string; body: Record<string, unknown> }>(
    'SELECT cluster_id, seq, epoch, state, body FROM agent_command ORDER BY cluster_id, seq',
  );

describe('submitting', () => {
  it('writes the run, the command to its cluster and the audit event, and tells why this cluster', async () => {
    await db.admin.query('UPDATE cluster SET epoch = 7');
    const { run } = await submit({ cluster: 'west', namespace: 'ci', labels: { team: 'x' } });
    expect(run).toMatchObject({
      name: expect.stringMatching(/^hello-[a-z0-9]{5}$/) as unknown,
      phase: 'SUBMITTED',
      placementReason: 'asked for by name',
      cluster: { name: 'west' },
      parameters: [
        { name: 'who', value: 'world' },
        { name: 'times', value: '3' },
      ],
    });
    expect(run.yaml).toContain(`name: ${run.name}`);
    const [command] = await commands();
    expect(command).toMatchObject({ cluster_id: west, seq: '1', epoch: 7, state: 'pending' });
    expect(command?.body).toMatchObject({
      type: 'CreateWorkflow',
      runId: run.id,
      workflow: {
        metadata: {
          name: run.name,
          namespace: 'ci',
          labels: { app: 'web', team: 'x', ...ann('creator'), [RUN_ID_LABEL]: run.id },
          annotations: { [EPOCH_ANNOTATION]: '7' },
        },
      },
    });
    expect(await db.rows('SELECT action, actor_name, target_id FROM audit_event')).toEqual([
      { action: 'run.submit', actor_name: 'token of ann', target_id: run.id },
    ]);
  });

  it('goes to the connected cluster with the fewest unfinished runs, when any will do', async () => {
    await db.tenancy.cluster(tenant, 'away', false);
    await db.tenancy.run(tenant, east);
    await db.tenancy.run(tenant, west, { phase: 'SUCCEEDED' });
    const { run } = await submit({});
    expect(run.cluster.name).toBe('west');
    expect(run.placementReason).toBe('the least busy of 2 clusters, with 0 unfinished runs');
  });

  it('happens once for each idempotency key, also at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit({ idempotencyKey: 'push-42' })));
    expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
    expect(await commands()).toHaveLength(1);
  });

  it('numbers the commands of a cluster without holes, in the order in which they are committed', async () => {
    await Promise.all(Array.from({ length: 20 }, () => submit({ cluster: 'east' })));
    expect((await commands()).map(({ seq }) => Number(seq))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('needs a value for every parameter', async () => {
    const { __typename, problems } = await submit({ parameters: [] });
    expect(__typename).toBe('InvalidInput');
    expect(JSON.stringify(problems)).toContain('times');
  });
});

describe('actions', () => {
  const act = async (name: string, id: string, args = ''): Promise<Record<string, unknown>> => {
    const query = `mutation { ${name}(id: "${id}"${args}) { __typename ... on RunStateConflict { phase message } } }`;
    return (await client.ask<Record<string, Record<string, unknown>>>(query))[name] ?? {};
  };

  it('become commands to the agent, in order', async () => {
    const id = await db.tenancy.run(tenant, east, { name: 'build', namespace: 'ci' });
    await act('suspendRun', id);
    await act('resumeRun', id, ', nodeFieldSelector: "displayName=approve"');
    await act('stopRun', id, ', message: "enough"');
    await act('stopRun', id, ', nodeFieldSelector: "displayName=approve"');
    const input = `{ nodeFieldSelector: "displayName=approve", phase: SKIPPED, message: "not needed",
      outputParameters: [{ name: "by", value: "ann" }] }`;
    await act('setRunNode', id, `, input: ${input}`);
    await act('terminateRun', id);
    const ref = { runId: id, namespace: 'ci', name: 'build' };
    const as = (action?: string) => ({ ...ref, labels: { ...ann('actor'), ...(action && { [ACTION]: action }) } });
    expect((await commands()).map(({ body }) => body)).toEqual([
      { type: 'SuspendRun', ...as('Suspend') },
      { type: 'ResumeRun', ...as('Resume'), by: 'token of ann', nodeFieldSelector: 'displayName=approve' },
      { type: 'StopRun', ...as('Stop'), message: 'enough' },
      { type: 'StopRun', ...as('Stop'), nodeFieldSelector: 'displayName=approve' },
      {
        type: 'SetNode',
        ...as(),
        nodeFieldSelector: 'displayName=approve',
        phase: 'Skipped',
        message: 'not needed',
        outputParameters: { by: 'ann' },
      },
      { type: 'TerminateRun', ...as('Terminate') },
    ]);
  });

  it('are refused where the state of the run does not allow them', async () => {
    const failed = await db.tenancy.run(tenant, east, { name: 'failed', phase: 'FAILED' });
    const good = await db.tenancy.run(tenant, east, { name: 'good', phase: 'SUCCEEDED' });
    const running = await db.tenancy.run(tenant, east, { name: 'running' });
    for (const name of ['stopRun', 'terminateRun', 'suspendRun', 'resumeRun'])
      expect(await act(name, failed)).toEqual({
        __typename: 'RunStateConflict',
        phase: 'FAILED',
        message: 'failed has ended already (failed).',
      });
    expect(await act('retryRun', running)).toMatchObject({ message: 'running has not ended yet.' });
    expect(await act('retryRun', good)).toMatchObject({ __typename: 'RunStateConflict' });
    expect(await act('retryRun', failed)).toEqual({ __typename: 'RunActionSuccess' });
    expect(await act('retryRun', good, ', input: { restartSuccessful: true, nodeFieldSelector: "name=x" }')).toEqual({
      __typename: 'RunActionSuccess',
    });
    expect(await commands()).toHaveLength(2);
  });
});

describe('resubmitting', () => {
  const resubmit = async (id: string, input = '{}'): Promise<Submitted & { readonly message?: string }> => {
    const query = `mutation { resubmitRun(id: "${id}", input: ${input}) { __typename ... on UserError { message }
      ... on SubmitRunSuccess { run { id name phase placementReason yaml cluster { name } parameters { name value } } } } }`;
    return (await client.ask<{ resubmitRun: Submitted & { message?: string } }>(query)).resubmitRun;
  };
  const original = async (phase: string): Promise<string> => {
    const { run } = await submit({ cluster: 'west' });
    await db.rows('UPDATE run SET phase = $2 WHERE id = $1', [run.id, phase]);
    return run.id;
  };

  it('makes a new run of the same workflow on the same cluster, with other parameters where they are given', async () => {
    const id = await original('SUCCEEDED');
    const { run } = await resubmit(id, '{ parameters: [{ name: "who", value: "Medea" }] }');
    expect(run.id).not.toBe(id);
    expect(run.name).toMatch(/^hello-[a-z0-9]{5}$/);
    expect(run.cluster.name).toBe('west');
    expect(run.parameters).toEqual([
      { name: 'times', value: '3' },
      { name: 'who', value: 'Medea' },
    ]);
    const { workflow } = (await commands()).at(-1)?.body as {
      workflow: { metadata: { labels: Record<string, string> } };
    };
    expect(workflow.metadata.labels.app).toBe('web');
    expect(workflow.metadata.labels['workflows.argoproj.io/resubmitted-from-workflow']).toMatch(/^hello-/);
    expect((await resubmit(id, '{ cluster: "east" }')).run.cluster.name).toBe('east');
  });

  it('takes over what succeeded when it is asked to, and only of a run that failed', async () => {
    const id = await original('FAILED');
    const [{ name = '' } = {}] = await db.rows<{ name: string }>('SELECT name FROM run WHERE id = $1', [id]);
    await db.tenancy.node(tenant, id, name, { name, type: 'Pod', phase: 'Failed', displayName: name });
    const { run } = await resubmit(id, '{ memoized: true }');
    const { workflow } = (await commands()).at(-1)?.body as {
      workflow: { metadata: { name: string }; status: { nodes: Record<string, { phase: string }> } };
    };
    expect(workflow.metadata.name).toBe(run.name);
    expect(workflow.status.nodes[run.name]).toMatchObject({ name: run.name, phase: 'Pending' });
    const refused = await resubmit(await original('SUCCEEDED'), '{ memoized: true }');
    expect(refused).toMatchObject({ __typename: 'RunStateConflict' });
  });

  it('says what cannot be found or done', async () => {
    expect(await resubmit('0198c0de-0000-7000-8000-000000000000')).toMatchObject({ __typename: 'NotFound' });
    const id = await original('FAILED');
    expect(await resubmit(id, '{ cluster: "nowhere" }')).toMatchObject({ __typename: 'NoClusterAvailable' });
    expect(await commands()).toHaveLength(1);
  });
});

describe('deleting', () => {
  const remove = (id: string, purge: boolean) =>
    client.ask('mutation ($id: ID!, $purge: Boolean) { deleteRun(id: $id, purge: $purge) { __typename } }', {
      id,
      purge,
    });

  it('removes the workflow and keeps the history', async () => {
    const id = await db.tenancy.run(tenant, east);
    await remove(id, false);
    expect((await commands())[0]?.body).toMatchObject({ type: 'DeleteWorkflow', runId: id });
    expect(await client.ask('query ($id: ID!) { run(id: $id) { id } }', { id })).toEqual({ run: { id } });
  });

  it('for good hides the run at once, clears what hung on it, and takes in nothing more of it', async () => {
    const id = await db.tenancy.run(tenant, east);
    await db.tenancy.node(tenant, id, 'n');
    await db.tenancy.log(tenant, id, 'n', 0, ['secret']);
    await remove(id, true);
    expect(await client.ask('query ($id: ID!) { run(id: $id) { id } }', { id })).toEqual({ run: null });
    const database = new Database(db.url);
    const maintenance = new Maintenance(
      database,
      new AccessRepository(),
      new SessionsRepository(),
      new ClustersRepository(),
      new PurgeRepository(),
      new OutboxRepository(),
      new FakeClock(new Date()),
    );
    const relayed: unknown[] = [];
    await maintenance.relay({ add: async (job, payload) => void relayed.push({ job, payload }) });
    expect(relayed).toEqual([{ job: 'clear-purged-run', payload: { tenantId: tenant.id, runId: id } }]);
    await maintenance.clearPurgedRun(tenant.id, id);
    await database.close();
    expect(await db.counts()).toMatchObject({ run: 0, run_node: 0, log_chunk: 0, outbox: 0, purged_run: 1 });
    await db.tenancy.run(tenant, east, { id });
    expect(await db.counts()).toMatchObject({ run: 0 });
  });
});
