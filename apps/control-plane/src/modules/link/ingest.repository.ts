import { Injectable } from '@nestjs/common';
import type { AgentFact, JournalEvent, LogChunk, RunDelta, RunDeleted } from '@argosy/link-protocol';
import { podNameOf } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow } from '@argosy/workflow-spec';
import { uuidv7 } from 'uuidv7';
import { stringify } from 'yaml';
import type { Transaction } from '../../persistence/database.js';
import { Prisma } from '../../persistence/generated/client.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';

export interface Ingested {
  readonly changedRuns: ReadonlySet<string>;
  readonly newRuns: ReadonlySet<string>;
  readonly loggedRuns: ReadonlySet<string>;
}

/** Takes in what agents tell, in statements that cost the same for one row as for a thousand. */
@Injectable()
export class IngestRepository {
  /** Highest fact number of the stream that is stored; 0 for a new stream. */
  async storedSeq(tx: Transaction, clusterId: string, streamId: string): Promise<number> {
    const row = await tx.agentStream.findUnique({ where: { clusterId_streamId: { clusterId, streamId } } });
    return Number(row?.ackedSeq ?? 0);
  }

  /** Moves the number in the transaction that applies the facts. False when they have been applied before. */
  async advance(
    tx: Transaction,
    { clusterId, tenantId }: ClusterIdentity,
    streamId: string,
    seq: number,
  ): Promise<boolean> {
    const moved = await tx.$executeRaw`
      INSERT INTO agent_stream (cluster_id, stream_id, tenant_id, acked_seq) VALUES (${clusterId}::uuid, ${streamId}, ${tenantId}::uuid, ${seq})
      ON CONFLICT (cluster_id, stream_id) DO UPDATE SET acked_seq = excluded.acked_seq WHERE agent_stream.acked_seq < excluded.acked_seq`;
    return moved > 0;
  }

  async apply(tx: Transaction, cluster: ClusterIdentity, facts: readonly AgentFact[]): Promise<Ingested> {
    const of = <K extends AgentFact['kind']>(kind: K): Extract<AgentFact, { kind: K }>[] =>
      facts.filter((fact): fact is Extract<AgentFact, { kind: K }> => fact.kind === kind);
    const ids = new RunIds(tx, cluster);
    const deltas = of('run');
    await ids.know([...deltas, ...of('log'), ...of('event'), ...of('runDeleted')]);
    for (const delta of deltas) await this.upsertRun(tx, cluster, delta, ids);
    await this.upsertNodes(tx, cluster, deltas, ids);
    await this.addEvents(tx, cluster, of('event'), ids);
    await this.addLogs(tx, cluster, of('log'), ids);
    await this.markDeleted(tx, of('runDeleted'), ids);
    const known = (list: readonly { uid: string; runId?: string }[]): Set<string> =>
      new Set(list.flatMap((fact) => ids.of(fact) ?? []));
    return { changedRuns: known([...deltas, ...of('runDeleted')]), newRuns: ids.created, loggedRuns: known(of('log')) };
  }

  private async upsertRun(
    tx: Transaction,
    { clusterId, tenantId }: ClusterIdentity,
    delta: RunDelta,
    ids: RunIds,
  ): Promise<void> {
    const id = ids.of(delta) ?? ids.create(delta);
    const workflow = delta.manifest as Workflow | undefined;
    const parameters = (workflow?.spec.arguments?.parameters ?? []).map(({ name, value }) => ({
      name,
      value: value === undefined ? null : String(value),
    }));
    await tx.$executeRaw`
      INSERT INTO run (id, tenant_id, cluster_id, uid, namespace, name, phase, message, progress, suspended, labels, annotations, parameters, outputs, manifest,
                       entrypoint, node_count, created_at, started_at, finished_at)
      VALUES (${id}::uuid, ${tenantId}::uuid, ${clusterId}::uuid, ${delta.uid}, ${delta.namespace}, ${delta.name}, ${delta.phase.toUpperCase()}, ${delta.message},
              ${delta.progress}, ${delta.suspended}, ${JSON.stringify(delta.labels)}::jsonb, ${JSON.stringify(delta.annotations)}::jsonb,
              ${JSON.stringify(parameters)}::jsonb, ${delta.outputs ? JSON.stringify(delta.outputs) : null}::jsonb, ${workflow ? stringify(workflow, { lineWidth: 0 }) : ''},
              ${workflow?.spec.entrypoint ?? null}, ${delta.nodeCount}, ${delta.createdAt}::timestamptz, ${delta.startedAt}::timestamptz, ${delta.finishedAt}::timestamptz)
      ON CONFLICT (id) DO UPDATE SET
        uid = excluded.uid, phase = excluded.phase, message = excluded.message, progress = excluded.progress, suspended = excluded.suspended,
        labels = excluded.labels, annotations = excluded.annotations, outputs = excluded.outputs, node_count = excluded.node_count,
        started_at = excluded.started_at, finished_at = excluded.finished_at`;
  }

  private async upsertNodes(
    tx: Transaction,
    { tenantId }: ClusterIdentity,
    deltas: readonly RunDelta[],
    ids: RunIds,
  ): Promise<void> {
    // Of one node the last state counts; one statement may touch a row only once.
    const rows = new Map<string, { run_id: string; node_id: string; status: NodeStatus & { podName?: string } }>();
    for (const delta of deltas) {
      const runId = ids.of(delta) ?? '';
      for (const { id, status } of delta.nodes) {
        const node = status as unknown as NodeStatus;
        const podName =
          node.type === 'Pod' ? podNameOf(delta.name, node.name, node.templateName ?? '', id as never) : undefined;
        rows.set(`${runId}/${id}`, { run_id: runId, node_id: id, status: { ...node, podName } });
      }
      if (delta.full)
        await tx.$executeRaw`DELETE FROM run_node WHERE run_id = ${runId}::uuid AND node_id <> ALL(${delta.nodes.map(({ id }) => id)})`;
    }
    if (rows.size === 0) return;
    await tx.$executeRaw`
      INSERT INTO run_node (run_id, node_id, tenant_id, name, type, phase, started_at, finished_at, status)
      SELECT n.run_id, n.node_id, ${tenantId}::uuid, n.status ->> 'name', n.status ->> 'type', coalesce(n.status ->> 'phase', 'Pending'),
             (n.status ->> 'startedAt')::timestamptz, (n.status ->> 'finishedAt')::timestamptz, n.status
      FROM jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb) AS n(run_id uuid, node_id text, status jsonb)
      ON CONFLICT (run_id, node_id) DO UPDATE SET name = excluded.name, type = excluded.type, phase = excluded.phase,
        started_at = excluded.started_at, finished_at = excluded.finished_at, status = excluded.status`;
  }

  private async addEvents(
    tx: Transaction,
    { tenantId }: ClusterIdentity,
    events: readonly JournalEvent[],
    ids: RunIds,
  ): Promise<void> {
    const rows = events.flatMap((event) => {
      const runId = ids.of(event);
      return runId
        ? [
            {
              id: uuidv7(),
              runId,
              tenantId,
              nodeId: event.nodeId,
              reason: event.reason,
              message: event.message,
              at: new Date(event.at),
            },
          ]
        : [];
    });
    if (rows.length > 0) await tx.runEvent.createMany({ data: rows });
  }

  /** A chunk that comes again, from an agent that lost its disk, adds only the lines that are not here yet. */
  private async addLogs(
    tx: Transaction,
    { tenantId }: ClusterIdentity,
    chunks: readonly LogChunk[],
    ids: RunIds,
  ): Promise<void> {
    for (const chunk of chunks) {
      const runId = ids.of(chunk);
      if (!runId) continue;
      const [row] = await tx.$queryRaw<{ next: number; final: boolean }[]>`
        SELECT coalesce(max(first_line + line_count), 0)::int AS next, coalesce(bool_or(final), false) AS final
        FROM log_chunk WHERE run_id = ${runId}::uuid AND node_id = ${chunk.nodeId} AND container = ${chunk.container}`;
      const skip = Math.max(0, (row?.next ?? 0) - chunk.firstLine);
      const lines = chunk.lines.slice(skip);
      if (row?.final || (lines.length === 0 && !chunk.final)) continue;
      await tx.$executeRaw`
        INSERT INTO log_chunk (run_id, tenant_id, node_id, container, first_line, line_count, missing_before, final, times, lines)
        VALUES (${runId}::uuid, ${tenantId}::uuid, ${chunk.nodeId}, ${chunk.container}, ${chunk.firstLine + skip}, ${lines.length},
                ${skip > 0 ? 0 : chunk.missingBefore}, ${chunk.final}, ${lines.map(({ at }) => at)}, ${lines.map(({ text }) => text)})
        ON CONFLICT (run_id, node_id, container, first_line) DO UPDATE
          SET line_count = excluded.line_count, final = excluded.final, times = excluded.times, lines = excluded.lines`;
    }
  }

  private async markDeleted(tx: Transaction, deleted: readonly RunDeleted[], ids: RunIds): Promise<void> {
    const runIds = deleted.flatMap((fact) => ids.of(fact) ?? []);
    if (runIds.length > 0)
      await tx.run.updateMany({ where: { id: { in: runIds } }, data: { deletedFromCluster: true } });
  }
}

/** Which run a fact is about: the one whose id its workflow carries, else the one with its uid in this cluster. */
class RunIds {
  private readonly byUid = new Map<string, string>();
  readonly created = new Set<string>();

  constructor(
    private readonly tx: Transaction,
    private readonly cluster: ClusterIdentity,
  ) {}

  async know(facts: readonly { uid: string; runId?: string }[]): Promise<void> {
    const uids = [...new Set(facts.map(({ uid }) => uid))];
    const claimed = [...new Set(facts.flatMap(({ runId }) => runId ?? []))].filter((id) => UUID.test(id));
    if (uids.length === 0) return;
    const rows = await this.tx.$queryRaw<{ id: string; uid: string | null }[]>`
      SELECT id, uid FROM run WHERE cluster_id = ${this.cluster.clusterId}::uuid
        AND (uid = ANY(${uids}) OR ${claimed.length > 0 ? Prisma.sql`id = ANY(${claimed}::uuid[])` : Prisma.sql`false`})`;
    const ids = new Set(rows.map(({ id }) => id));
    for (const { id, uid } of rows) if (uid) this.byUid.set(uid, id);
    // A label that names a run of another cluster or tenant is not believed: it is not among the rows.
    for (const { uid, runId } of facts) if (runId && ids.has(runId) && !this.byUid.has(uid)) this.byUid.set(uid, runId);
  }

  of({ uid }: { uid: string }): string | undefined {
    return this.byUid.get(uid);
  }

  create({ uid }: { uid: string }): string {
    const id = uuidv7();
    this.byUid.set(uid, id);
    this.created.add(id);
    return id;
  }
}
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
