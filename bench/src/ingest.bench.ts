import type { NodeDelta, RunDelta } from '@argosy/link-protocol';
import pg from 'pg';
import type { ClusterIdentity } from '../../apps/control-plane/src/modules/clusters/clusters.service.js';
import { IngestRepository } from '../../apps/control-plane/src/modules/link/ingest.repository.js';
import { IngestService } from '../../apps/control-plane/src/modules/link/ingest.service.js';
import { nodeDelta, runDelta } from '../../apps/control-plane/src/modules/link/testing/facts.js';
import { startLinkDatabase } from '../../apps/control-plane/src/modules/link/testing/link-database.js';
import type { LinkDatabase } from '../../apps/control-plane/src/modules/link/testing/link-database.js';
import { AgentCommandsRepository } from '../../apps/control-plane/src/modules/runs/agent-commands.repository.js';

export interface IngestRates {
  /** Node states a second through ingest: runs, nodes, numbers, notifications. */
  readonly ingestPerSecond: number;
  /** The same rows by a bare `INSERT ... SELECT unnest`, in batches of the same size. */
  readonly rawPerSecond: number;
  readonly ratio: number;
}

const BATCHES = 40;
const RUNS_PER_BATCH = 20;
const NODES_PER_RUN = 50;
const PAYLOAD = {
  templateName: 'work',
  displayName: 'work',
  hostNodeName: 'node-1',
  inputs: { parameters: [{ name: 'a', value: 'x'.repeat(300) }] },
};

const ROWS = BATCHES * RUNS_PER_BATCH * NODES_PER_RUN;

/**
 * Measures how fast node states of agents become rows, beside the fastest way there is to make such rows. Both take turns,
 * batch by batch, so that whatever else the machine does slows both alike.
 */
export async function measureIngest(): Promise<IngestRates> {
  const db = await startLinkDatabase();
  try {
    const cluster = await db.newCluster();
    const commands = new AgentCommandsRepository(db.notifications);
    const ingest = new IngestService(db.database, db.notifications, new IngestRepository(), commands);
    const raw = await RawWriter.open(db, await db.newCluster());
    let [ingestMs, rawMs] = [0, 0];
    for (let batch = 0; batch < BATCHES; batch++) {
      const nodes = nodesOf(batch);
      ingestMs += await timed(() =>
        ingest.take({ ...cluster, streamId: 's' }, [{ seq: batch + 1, facts: factsOf(batch, nodes) }]),
      );
      rawMs += await timed(() => raw.write(nodes));
    }
    await raw.close();
    return {
      ingestPerSecond: Math.round((ROWS / ingestMs) * 1000),
      rawPerSecond: Math.round((ROWS / rawMs) * 1000),
      ratio: rawMs / ingestMs,
    };
  } finally {
    await db.close();
  }
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const nodesOf = (batch: number): NodeDelta[] =>
  Array.from({ length: NODES_PER_RUN }, (_, index) => {
    const { id, status } = nodeDelta(`n${batch}-${index}`);
    return { id, status: { ...status, ...PAYLOAD } };
  });

const factsOf = (batch: number, nodes: NodeDelta[]): RunDelta[] =>
  Array.from({ length: RUNS_PER_BATCH }, (_, run) =>
    runDelta({ uid: `uid-${run}`, full: batch === 0, ...(batch === 0 && { manifest: {} }), nodes }),
  );

/** A connection of its own that does nothing but insert. */
class RawWriter {
  private constructor(
    private readonly client: pg.Client,
    private readonly tenantId: string,
    private readonly runIds: readonly string[],
  ) {}

  static async open({ url }: LinkDatabase, { tenantId, clusterId }: ClusterIdentity): Promise<RawWriter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenantId]);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO run (id, tenant_id, cluster_id, uid, namespace, name, phase, manifest)
       SELECT gen_random_uuid(), $1, $2, 'raw-' || n, 'n', 'n', 'RUNNING', '' FROM generate_series(1, $3::int) n RETURNING id`,
      [tenantId, clusterId, RUNS_PER_BATCH],
    );
    return new RawWriter(
      client,
      tenantId,
      rows.map(({ id }) => id),
    );
  }

  async write(nodes: readonly NodeDelta[]): Promise<void> {
    const rows = this.runIds.flatMap((runId) =>
      nodes.map(({ id, status }) => ({ runId, id, status: JSON.stringify(status) })),
    );
    await this.client.query(
      `INSERT INTO run_node (run_id, node_id, tenant_id, name, type, phase, started_at, status)
       SELECT run_id, node_id, $4, status ->> 'name', 'Pod', 'RUNNING', now(), status
       FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS given (run_id, node_id, status)`,
      [rows.map(({ runId }) => runId), rows.map(({ id }) => id), rows.map(({ status }) => status), this.tenantId],
    );
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
