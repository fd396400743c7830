import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentFact, CommandBody } from '@argosy/link-protocol';
import { uuidv7 } from 'uuidv7';
import type { Notification } from '../../persistence/notifications.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { IngestRepository } from './ingest.repository.js';
import { IngestService } from './ingest.service.js';
import type { RefusedFact } from './ingest.service.js';
import { AT, logChunk, nodeDelta, runDelta } from './testing/facts.js';
import { startLinkDatabase } from './testing/link-database.js';
import type { LinkDatabase } from './testing/link-database.js';

let db: LinkDatabase;
let cluster: ClusterIdentity;
let ingest: IngestService;
let commands: AgentCommandsRepository;
let seq: number;
beforeAll(async () => {
  db = await startLinkDatabase();
  commands = new AgentCommandsRepository(db.notifications);
  ingest = new IngestService(db.database, db.notifications, new IngestRepository(), commands);
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  cluster = await db.newCluster();
  seq = 0;
});

const take = (...facts: AgentFact[]): Promise<RefusedFact[]> =>
  ingest.take({ ...cluster, streamId: 's1' }, [{ seq: ++seq, facts }]);
interface Run {
  id: string;
  uid: string | null;
  phase: string;
  message: string;
  deleted_from_cluster: boolean;
  manifest: string;
  finished_at: Date | null;
}
const runs = (): Promise<Run[]> =>
  db.query<Run & Record<string, unknown>>('SELECT * FROM run WHERE tenant_id = $1 ORDER BY created_at, id', [
    cluster.tenantId,
  ]);
const nodes = async (): Promise<string[]> =>
  (
    await db.query<{ node_id: string; phase: string }>(
      'SELECT node_id, phase FROM run_node WHERE tenant_id = $1 ORDER BY node_id',
      [cluster.tenantId],
    )
  ).map(({ node_id, phase }) => `${node_id} ${phase}`);
const logLines = async (): Promise<string[]> =>
  (
    await db.query<{ first_line: number; lines: string[] }>(
      'SELECT first_line, lines FROM log_chunk WHERE tenant_id = $1 ORDER BY first_line, id',
      [cluster.tenantId],
    )
  ).flatMap(({ first_line, lines }) => lines.map((text, index) => `${first_line + index} ${text}`));
const submitted = async (name = 'build-1'): Promise<string> => {
  const id = uuidv7();
  await db.query(
    "INSERT INTO run (id, tenant_id, cluster_id, namespace, name, phase, manifest) VALUES ($1, $2, $3, 'argo', $4, 'SUBMITTED', 'given')",
    [id, cluster.tenantId, cluster.clusterId, name],
  );
  return id;
};
const asked = async (body: CommandBody): Promise<string> => {
  await db.database.withTenant(cluster.tenantId, (tx) =>
    commands.append(tx, cluster.tenantId, cluster.clusterId, body),
  );
  const [row] = await db.query<{ id: string }>('SELECT id FROM agent_command WHERE cluster_id = $1 ORDER BY seq DESC', [
    cluster.clusterId,
  ]);
  return row?.id ?? '';
};

describe('ingest', () => {
  it('brings a submitted run up to date without changing what was submitted', async () => {
    const runId = await submitted();
    await take(runDelta({ runId, full: true, manifest: { spec: {} }, nodes: [nodeDelta('n1')] }));
    await take(runDelta({ runId, phase: 'Succeeded', finishedAt: AT, nodes: [nodeDelta('n1', 'Succeeded')] }));
    expect(await runs()).toMatchObject([{ id: runId, uid: 'uid-1', phase: 'SUCCEEDED', manifest: 'given' }]);
    expect(await nodes()).toEqual(['n1 SUCCEEDED']);
  });

  it('keeps workflows that somebody created in the cluster', async () => {
    const workflow = {
      metadata: { name: 'build-1' },
      spec: { entrypoint: 'main', arguments: { parameters: [{ name: 'a', value: 1 }] } },
    };
    await take(runDelta({ full: true, manifest: workflow }), logChunk(0, ['hello']));
    const [run] = await runs();
    expect(run).toMatchObject({
      uid: 'uid-1',
      phase: 'RUNNING',
      entrypoint: 'main',
      parameters: [{ name: 'a', value: '1' }],
    });
    expect(run?.manifest).toContain('entrypoint: main');
    expect(await logLines()).toEqual(['0 hello']);
  });

  it('drops facts that it has, whatever they say', async () => {
    await take(runDelta({ full: true, manifest: {} }), logChunk(0, ['a']));
    const event: AgentFact = { kind: 'event', uid: 'uid-1', nodeId: null, reason: 'r', message: 'm', at: AT };
    await ingest.take({ ...cluster, streamId: 's1' }, [
      { seq: 1, facts: [runDelta({ phase: 'Failed' }), event] },
      { seq: 2, facts: [event] },
    ]);
    expect(await runs()).toMatchObject([{ phase: 'RUNNING' }]);
    expect(await db.query('SELECT 1 FROM run_event WHERE tenant_id = $1', [cluster.tenantId])).toHaveLength(1);
    const [stream] = await db.query<{ acked_seq: string }>('SELECT acked_seq FROM agent_stream WHERE cluster_id = $1', [
      cluster.clusterId,
    ]);
    expect(stream?.acked_seq).toBe('2');
  });

  it('lets a finished run be opened again by a retry, and by nothing less', async () => {
    await take(
      runDelta({ full: true, manifest: {}, phase: 'Failed', finishedAt: AT, nodes: [nodeDelta('a'), nodeDelta('b')] }),
    );
    await take(runDelta({ nodes: [nodeDelta('c')] }));
    expect(await runs()).toMatchObject([{ phase: 'FAILED' }]);
    expect(await nodes()).toEqual(['a RUNNING', 'b RUNNING']);
    await take(runDelta({ full: true, nodes: [nodeDelta('b', 'Succeeded')] }));
    expect(await runs()).toMatchObject([{ phase: 'RUNNING', finished_at: null }]);
    expect(await nodes()).toEqual(['b SUCCEEDED']);
  });

  it('stores each line of a log once, though a stream broke off and it is shipped again', async () => {
    await take(runDelta({ full: true, manifest: {} }), logChunk(0, ['a', 'b']), logChunk(2, ['c']));
    await ingest.take({ ...cluster, streamId: 's2' }, [
      { seq: 1, facts: [logChunk(0, ['a', 'b', 'c', 'd']), logChunk(4, ['e']), logChunk(5, [], { final: true })] },
      { seq: 2, facts: [logChunk(5, [], { final: true })] },
    ]);
    expect(await logLines()).toEqual(['0 a', '1 b', '2 c', '3 d', '4 e']);
    expect(await db.query('SELECT 1 FROM log_chunk WHERE tenant_id = $1 AND final', [cluster.tenantId])).toHaveLength(
      1,
    );
  });

  it('shows the hole where lines were lost', async () => {
    await take(runDelta({ full: true, manifest: {} }), logChunk(0, ['a']), logChunk(1, ['z'], { missingBefore: 1 }));
    const rows = await db.query('SELECT missing_before FROM log_chunk WHERE tenant_id = $1 ORDER BY first_line', [
      cluster.tenantId,
    ]);
    expect(rows).toEqual([{ missing_before: 0 }, { missing_before: 1 }]);
  });

  it('keeps the history of what is deleted, and ends what had not finished', async () => {
    await take(
      runDelta({ full: true, manifest: {} }),
      runDelta({ uid: 'uid-2', full: true, manifest: {}, phase: 'Succeeded', finishedAt: AT }),
      { kind: 'runDeleted', uid: 'uid-1', at: AT },
      { kind: 'runDeleted', uid: 'uid-2', at: AT },
    );
    const byUid = new Map((await runs()).map((run) => [run.uid, run]));
    expect(byUid.get('uid-1')).toMatchObject({ phase: 'ERROR', deleted_from_cluster: true, finished_at: new Date(AT) });
    expect(byUid.get('uid-2')).toMatchObject({ phase: 'SUCCEEDED', deleted_from_cluster: true, message: '' });
  });

  it('fails a run that the cluster refused, and tells of other refusals', async () => {
    const runId = await submitted();
    const create = await asked({ type: 'CreateWorkflow', runId, workflow: {} });
    await take({ kind: 'commandResult', commandId: create, ok: false, code: 'invalid', message: 'spec is missing' });
    expect(await runs()).toMatchObject([
      { phase: 'ERROR', message: 'The cluster refused the workflow: spec is missing' },
    ]);
    const stop = await asked({ type: 'StopRun', runId, namespace: 'argo', name: 'build-1' });
    await take({ kind: 'commandResult', commandId: stop, ok: false, code: 'not-found', message: 'it is gone' });
    expect(await db.query('SELECT reason, message FROM run_event WHERE run_id = $1', [runId])).toEqual([
      { reason: 'StopRunRefused', message: 'it is gone' },
    ]);
    expect(await db.query('SELECT state FROM agent_command WHERE cluster_id = $1', [cluster.clusterId])).toEqual([
      { state: 'refused' },
      { state: 'refused' },
    ]);
  });

  it('leaves out what the database refuses and takes the rest', async () => {
    const bad: AgentFact = {
      kind: 'event',
      uid: 'uid-1',
      nodeId: null,
      reason: 'r',
      message: 'm',
      at: '2026-02-31T00:00:00Z',
    };
    const refused = await take(runDelta({ full: true, manifest: {} }), bad, logChunk(0, ['a']));
    expect(refused.map(({ fact }) => fact)).toEqual([bad]);
    expect(await logLines()).toEqual(['0 a']);
    await take(logChunk(1, ['b']));
    expect(await logLines()).toEqual(['0 a', '1 b']);
  });

  it('believes no label that claims a run of another cluster, and refuses a lease that is over', async () => {
    const runId = await submitted();
    const other = await db.newCluster();
    await ingest.take({ ...other, streamId: 's1' }, [
      { seq: 1, facts: [runDelta({ runId, full: true, manifest: {}, phase: 'Failed' })] },
    ]);
    expect(await runs()).toMatchObject([{ id: runId, phase: 'SUBMITTED', uid: null }]);
    await ingest.take({ ...cluster, epoch: 2, streamId: 's1' }, [
      { seq: 1, facts: [runDelta({ runId, full: true, manifest: {}, epoch: 1, phase: 'Succeeded' })] },
    ]);
    expect(await runs()).toMatchObject([{ id: runId, phase: 'SUBMITTED' }]);
  });

  it('takes a copy of a submitted workflow for a run of its own, and a purged one for none', async () => {
    const runId = await submitted();
    await asked({ type: 'CreateWorkflow', runId, workflow: { metadata: { name: 'build-1' } } });
    await take(runDelta({ runId, full: true, manifest: {} }));
    await take(runDelta({ runId, uid: 'uid-copy', name: 'copy', full: true, manifest: {} }));
    expect((await runs()).map(({ uid }) => uid).sort()).toEqual(['uid-1', 'uid-copy']);
    await db.query('DELETE FROM run WHERE tenant_id = $1', [cluster.tenantId]);
    await take(runDelta({ runId, full: true, manifest: {} }), runDelta({ runId, nodes: [nodeDelta('n1')] }));
    expect(await runs()).toEqual([]);
  });

  it('tells what changed when it is stored', async () => {
    const heard: (Notification | 'gap')[] = [];
    const unsubscribe = db.notifications.subscribe((notification) => heard.push(notification));
    const told = new Promise<void>((resolve) => {
      const stop = db.notifications.subscribe((notification) => {
        if (notification === 'gap' || notification.kind !== 'log') return;
        stop();
        resolve();
      });
    });
    await take(runDelta({ full: true, manifest: {} }), logChunk(0, ['a']));
    await told;
    unsubscribe();
    const [run] = await runs();
    const { tenantId } = cluster;
    expect(heard).toEqual([
      { kind: 'run', tenantId, runId: run?.id, change: 'CREATED' },
      { kind: 'log', tenantId, runId: run?.id },
    ]);
  });
});
