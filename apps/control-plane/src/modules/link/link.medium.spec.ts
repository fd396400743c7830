import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JOIN_PATH, runDigest } from '@argosy/link-protocol';
import type { CommandBody } from '@argosy/link-protocol';
import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { Clock, HealthRegistry, Metrics, readConfig, SystemClock } from '@argosy/platform';
import { CONFIG, controlPlaneConfig } from '../../config/control-plane.config.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { TOKEN_SECRET } from '../access/authenticator.js';
import { hashSecret } from '../access/secrets.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { LinkModule } from './link.module.js';
import { LinkService } from './link.service.js';
import { DialledAgent, newDisk } from './testing/dial-agent.js';
import type { AgentDisk } from './testing/dial-agent.js';
import { AT, logChunk, nodeDelta, runDelta } from './testing/facts.js';
import { startLinkDatabase } from './testing/link-database.js';
import type { LinkDatabase } from './testing/link-database.js';

@Module({})
class AmbientModule {}

const TOKEN_SECRET_VALUE = 'a secret of this test';
let db: LinkDatabase;
let replicas: INestApplication[];
let cluster: ClusterIdentity;
let credential: string;
let disk: AgentDisk;
let agents: DialledAgent[];

const startReplica = async (): Promise<INestApplication> => {
  const config = readConfig(controlPlaneConfig, { ARGOSY_LOG_LEVEL: 'error', ARGOSY_HEARTBEAT_MS: '60000' });
  const providers = [
    { provide: CONFIG, useValue: config },
    { provide: TOKEN_SECRET, useValue: TOKEN_SECRET_VALUE },
    { provide: Database, useValue: db.database },
    { provide: Notifications, useValue: db.notifications },
    { provide: Clock, useValue: new SystemClock() },
    { provide: HealthRegistry, useValue: new HealthRegistry() },
    { provide: Metrics, useValue: new Metrics('test') },
  ];
  const ambient = { module: AmbientModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  const module = {
    module: AmbientModule,
    imports: [ambient, JwtModule.register({ global: true, secret: TOKEN_SECRET_VALUE }), LinkModule],
  };
  const app = await NestFactory.create(module, { logger: ['error'], abortOnError: false });
  return app.listen(0, '127.0.0.1').then(() => app);
};
beforeAll(async () => {
  db = await startLinkDatabase();
  replicas = [await startReplica(), await startReplica()];
}, 60_000);
afterAll(async () => {
  for (const app of replicas) await app.close();
  await db.close();
});
beforeEach(async () => {
  cluster = await db.newCluster();
  credential = `argosy_cluster_${cluster.clusterId}`;
  await db.query('UPDATE cluster SET credential_hash = $1 WHERE id = $2', [hashSecret(credential), cluster.clusterId]);
  disk = newDisk();
  agents = [];
});
afterEach(async () => {
  for (const agent of agents) agent.socket.terminate();
  await Promise.all(agents.map(({ closed }) => closed));
});

const http = (replica = 0): Server => replicas[replica]?.getHttpServer() as Server;
const dial = (replica = 0, secret = credential, on = disk): DialledAgent => {
  const agent = new DialledAgent(http(replica), secret, on);
  agents.push(agent);
  return agent;
};
const isWelcome = (agent: DialledAgent) => (): boolean => agent.heard.some(({ t }) => t === 'welcome');
const ask = (body: CommandBody): Promise<void> =>
  db.database.withTenant(cluster.tenantId, (tx) =>
    new AgentCommandsRepository(db.notifications).append(tx, cluster.tenantId, cluster.clusterId, body),
  );
const clusterRow = async (): Promise<Record<string, unknown>> =>
  (await db.query('SELECT * FROM cluster WHERE id = $1', [cluster.clusterId]))[0] ?? {};
const lines = async (): Promise<string[]> =>
  (
    await db.query<{ lines: string[] }>('SELECT lines FROM log_chunk WHERE tenant_id = $1 ORDER BY first_line', [
      cluster.tenantId,
    ])
  ).flatMap((row) => row.lines);
const stop = (name: string): CommandBody => ({ type: 'StopRun', runId: 'r', namespace: 'argo', name });

describe('an agent that dials in', () => {
  it('is welcomed, and its cluster is shown as connected', async () => {
    const agent = dial();
    await agent.until(isWelcome(agent));
    const { clusterId, name: clusterName } = cluster;
    expect(agent.heard[0]).toMatchObject({
      t: 'welcome',
      protocol: 1,
      clusterId,
      clusterName,
      ackedSeq: 0,
      resync: false,
    });
    expect(await clusterRow()).toMatchObject({ connected: true, agent_version: '1.2.3', node_count: 3, local: true });
  });

  it('is turned away without a credential, or with a wrong one', async () => {
    expect(await dial(0, 'argosy_cluster_wrong').closed).toBe(1006);
    expect(await clusterRow()).toMatchObject({ connected: false });
  });

  it('is told what is wrong when it does not speak the protocol', async () => {
    const agent = dial();
    await agent.until(isWelcome(agent));
    agent.socket.send('{"t":"facts","seq":0.5}');
    await agent.closed;
    expect(agent.heard.at(-1)).toMatchObject({ t: 'bye', code: 'protocol' });
  });

  it('is shown as gone when the connection ends', async () => {
    const agent = dial();
    await agent.until(isWelcome(agent));
    const gone = new Promise<void>((resolve) => {
      const unsubscribe = db.notifications.subscribe((news) => {
        if (news === 'gap' || news.kind !== 'cluster' || news.sessionId !== undefined) return;
        unsubscribe();
        resolve();
      });
    });
    agent.socket.terminate();
    await gone;
    expect(await clusterRow()).toMatchObject({ connected: false });
  });

  it('is shown as gone when the replica that served it died without a word', async () => {
    await db.query("UPDATE cluster SET connected = true, last_seen_at = now() - interval '1 hour' WHERE id = $1", [
      cluster.clusterId,
    ]);
    await replicas[0]?.get(LinkService).closeSilent(new Date());
    expect(await clusterRow()).toMatchObject({ connected: false });
  });

  it('replaces the connection before it, on whichever replica that was', async () => {
    for (const [before, after] of [
      [0, 0],
      [0, 1],
    ] as const) {
      const old = dial(before);
      await old.until(isWelcome(old));
      const fresh = dial(after);
      await Promise.all([fresh.until(isWelcome(fresh)), old.closed]);
      expect(old.heard.at(-1)).toMatchObject({ t: 'bye', code: 'replaced' });
      expect(await clusterRow()).toMatchObject({ connected: true });
    }
    expect(
      await db.query('SELECT 1 FROM agent_session WHERE cluster_id = $1 AND closed_at IS NULL', [cluster.clusterId]),
    ).toHaveLength(1);
  });
});

describe('facts and commands', () => {
  it('arrive once and in order though the wire is cut again and again', async () => {
    disk.facts.push([runDelta({ full: true, manifest: {}, nodes: [nodeDelta('n1')] })]);
    let written = 0;
    for (let round = 0; round < 8; round++) {
      const agent = dial(round % 2);
      await agent.until(isWelcome(agent));
      const before = disk.forgotten;
      for (let n = 0; n < 5; n++) agent.write(logChunk(written, [`line ${written++}`]));
      await ask(stop(`run-${round}`));
      // Cut at a different point of the conversation every time.
      const points = [
        (): boolean => true,
        (): boolean => disk.forgotten > before,
        (): boolean => disk.taken.length === round + 1,
        (): boolean => disk.forgotten === disk.facts.length,
      ];
      await agent.until(points[round % points.length] as () => boolean);
      agent.socket.terminate();
      await agent.closed;
    }
    const last = dial();
    await last.until(() => disk.forgotten === disk.facts.length && disk.taken.length === 8);
    expect(await lines()).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index}`));
    expect(disk.taken.map(({ body }) => (body as { name: string }).name)).toEqual(
      Array.from({ length: 8 }, (_, round) => `run-${round}`),
    );
  });

  it('reach an agent on another replica, and wait for one that is away', async () => {
    await ask(stop('before'));
    const agent = dial(1);
    await agent.until(() => disk.taken.length === 1);
    await ask(stop('after'));
    await agent.until(() => disk.taken.length === 2);
    expect(disk.taken.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('count as taken when the acknowledgement was lost and the next hello names them', async () => {
    await ask(stop('a'));
    await ask(stop('b'));
    disk.taken.push({ t: 'command', seq: 1, id: 'a', epoch: 0, body: stop('a') });
    const agent = dial();
    await agent.until(isWelcome(agent));
    const [first] = await db.query('SELECT state FROM agent_command WHERE cluster_id = $1 AND seq = 1', [
      cluster.clusterId,
    ]);
    expect(first).toEqual({ state: 'taken' });
    await agent.until(() => disk.taken.length === 2);
    expect(disk.taken.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('are not repeated to an agent that lost its disk when they are done, and are when they are not', async () => {
    const agent = dial();
    await ask(stop('done'));
    await ask(stop('open'));
    await agent.until(() => disk.taken.length === 2);
    agent.write({ kind: 'commandResult', commandId: disk.taken[0]?.id ?? '', ok: true });
    await agent.until(() => disk.forgotten === 1);
    agent.socket.terminate();
    const empty = newDisk('stream-2');
    const again = dial(0, credential, empty);
    await again.until(() => empty.taken.length > 0);
    expect(empty.taken.map(({ body }) => (body as { name: string }).name)).toEqual(['open']);
  });

  it('are taken in together when they come faster than the database takes them, however many', async () => {
    const agent = dial();
    agent.write(runDelta({ full: true, manifest: {} }));
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 200; n++) agent.write(logChunk(n, [text]));
    await agent.until(() => disk.forgotten === 201);
    expect(await lines()).toHaveLength(200);
    expect(agent.heard.filter(({ t }) => t === 'ack').length).toBeLessThan(150);
  });
});

describe('after a gap', () => {
  it('only what differs is asked for, and what is not there any more is closed', async () => {
    const agent = dial();
    agent.write(
      runDelta({ uid: 'same', full: true, manifest: {}, nodes: [nodeDelta('n1')] }),
      runDelta({ uid: 'other', full: true, manifest: {}, nodes: [nodeDelta('n1')] }),
      runDelta({ uid: 'gone', full: true, manifest: {} }),
    );
    await agent.until(() => disk.forgotten === 1);
    agent.socket.terminate();
    const empty = newDisk('stream-2');
    const again = dial(0, credential, empty);
    await again.until(isWelcome(again));
    expect(again.heard[0]).toMatchObject({ t: 'welcome', resync: true });
    const runs = [
      { uid: 'same', digest: runDigest('Running', [nodeDelta('n1')]) },
      { uid: 'other', digest: runDigest('Failed', [nodeDelta('n1')]) },
    ];
    again.send({ t: 'digests', runs: runs.slice(0, 1), last: false });
    again.send({ t: 'digests', runs: runs.slice(1), last: true });
    await again.until(() => empty.taken.length === 1);
    expect(empty.taken[0]?.body).toEqual({ type: 'ResyncRuns', uids: ['other'] });
    again.write(runDelta({ uid: 'other', full: true, phase: 'Failed', finishedAt: AT, nodes: [nodeDelta('n1')] }));
    await again.until(() => empty.forgotten === 1);
    const rows = await db.query(
      'SELECT uid, phase, deleted_from_cluster AS deleted FROM run WHERE tenant_id = $1 ORDER BY uid',
      [cluster.tenantId],
    );
    expect(rows).toEqual([
      { uid: 'gone', phase: 'ERROR', deleted: true },
      { uid: 'other', phase: 'FAILED', deleted: false },
      { uid: 'same', phase: 'RUNNING', deleted: false },
    ]);
  });
});

describe('joining', () => {
  it('is refused with a sentence when the token is none', async () => {
    const { port } = http().address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${JOIN_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'argosy_join_wrong' }),
    });
    expect(response.status).toBe(401);
    expect(JSON.stringify(await response.json())).toContain('join token is not valid');
  });
});
