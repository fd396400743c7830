import { Injectable } from '@nestjs/common';
import type { JournalEvent, LogChunk, RunDelta } from '@argosy/link-protocol';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../persistence/database.js';
import { nodeColumns, toRunPhase } from './fact-batch.js';

export interface KnownRun {
  readonly id: string;
  readonly uid: string;
  readonly phase: string;
}
/** A run's delta together with the row it belongs to. */
export interface PlacedDelta {
  readonly runId: string;
  readonly delta: RunDelta;
}
/** A workflow that somebody else created in the cluster. */
export interface ForeignRun {
  readonly delta: RunDelta;
  readonly manifest: string;
  readonly entrypoint: string | null;
  readonly parameters: readonly { name: string; value: string | null }[];
}
export interface LogKey {
  readonly runId: string;
  readonly nodeId: string;
  readonly container: string;
}

/** Ingest's statements: each writes a whole batch, because a statement per row would cost twenty times as much. */
@Injectable()
export class IngestRepository {
  /** Highest number taken in of the stream, which is locked until the end of the transaction. */
  async lockStream(tx: Transaction, tenantId: string, clusterId: string, streamId: string): Promise<number> {
    await tx.$executeRaw`
      INSERT INTO agent_stream (cluster_id, stream_id, tenant_id, acked_seq)
      VALUES (${clusterId}::uuid, ${streamId}, ${tenantId}::uuid, 0) ON CONFLICT DO NOTHING`;
    const [row] = await tx.$queryRaw<{ acked: bigint }[]>`
      SELECT acked_seq AS acked FROM agent_stream
      WHERE cluster_id = ${clusterId}::uuid AND stream_id = ${streamId} FOR UPDATE`;
    return Number(row?.acked ?? 0);
  }

  async moveStream(tx: Transaction, clusterId: string, streamId: string, seq: number): Promise<void> {
    await tx.$executeRaw`
      UPDATE agent_stream SET acked_seq = greatest(acked_seq, ${seq})
      WHERE cluster_id = ${clusterId}::uuid AND stream_id = ${streamId}`;
  }

  /** Tells submitted runs which object they have become. A run has one object, for good. */
  async bindRuns(tx: Transaction, clusterId: string, pairs: readonly { uid: string; runId: string }[]): Promise<void> {
    await tx.$executeRaw`
      UPDATE run SET uid = given.uid
      FROM unnest(${pairs.map(({ uid }) => uid)}::text[], ${pairs.map(({ runId }) => runId)}::uuid[]) AS given (uid, run_id)
      WHERE run.id = given.run_id AND run.cluster_id = ${clusterId}::uuid AND run.uid IS NULL
        AND NOT EXISTS (SELECT 1 FROM run other WHERE other.cluster_id = ${clusterId}::uuid AND other.uid = given.uid)`;
  }

  /**
   * Of these objects, those that are no runs any more: purged, or submitted here once and given to another cluster since
   * (which the name tells from a copy that carries the label of the original).
   */
  async bygone(tx: Transaction, clusterId: string, deltas: readonly RunDelta[]): Promise<Set<string>> {
    const rows = await tx.$queryRaw<{ uid: string }[]>`
      SELECT given.uid FROM unnest(${deltas.map(({ uid }) => uid)}::text[], ${deltas.map(({ runId }) => runId ?? null)}::text[],
        ${deltas.map(({ name }) => name)}::text[]) AS given (uid, run_id, name)
      WHERE EXISTS (
        SELECT 1 FROM purged_run p WHERE p.cluster_id = ${clusterId}::uuid
          AND (p.uid = given.uid OR (p.uid IS NULL AND p.run_id::text = given.run_id)))
      OR EXISTS (
        SELECT 1 FROM agent_command c WHERE given.run_id IS NOT NULL AND c.cluster_id = ${clusterId}::uuid
          AND c.body ->> 'type' = 'CreateWorkflow' AND c.body ->> 'runId' = given.run_id
          AND c.body #>> '{workflow,metadata,name}' = given.name)`;
    return new Set(rows.map(({ uid }) => uid));
  }

  async insertForeign(
    tx: Transaction,
    tenantId: string,
    clusterId: string,
    runs: readonly ForeignRun[],
  ): Promise<string[]> {
    const rows = runs.map(({ delta, ...rest }) => ({
      id: uuidv7(),
      uid: delta.uid,
      namespace: delta.namespace,
      name: delta.name,
      phase: toRunPhase(delta.phase),
      created_at: delta.createdAt,
      ...rest,
    }));
    const created = await tx.$queryRaw<{ id: string }[]>`
      INSERT INTO run (id, tenant_id, cluster_id, uid, namespace, name, phase, created_at, manifest, entrypoint, parameters, placement_reason)
      SELECT id, ${tenantId}::uuid, ${clusterId}::uuid, uid, namespace, name, phase, created_at, manifest, entrypoint, parameters, 'created in the cluster'
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (id uuid, uid text, namespace text, name text,
        phase text, created_at timestamptz, manifest text, entrypoint text, parameters jsonb)
      ON CONFLICT (cluster_id, uid) DO NOTHING RETURNING id`;
    return created.map(({ id }) => id);
  }

  /** Rows of these objects, locked, so that what is decided from their phase still holds when it is written. */
  async knownRuns(tx: Transaction, clusterId: string, uids: readonly string[]): Promise<KnownRun[]> {
    return tx.$queryRaw<KnownRun[]>`
      SELECT id, uid, phase FROM run WHERE cluster_id = ${clusterId}::uuid AND uid = ANY(${uids}::text[])
      ORDER BY id FOR UPDATE`;
  }

  async updateRuns(tx: Transaction, deltas: readonly PlacedDelta[]): Promise<void> {
    const rows = deltas.map(({ runId, delta }) => ({
      id: runId,
      phase: toRunPhase(delta.phase),
      message: delta.message,
      progress: delta.progress,
      suspended: delta.suspended,
      labels: delta.labels,
      annotations: delta.annotations,
      outputs: delta.outputs,
      node_count: delta.nodeCount,
      started_at: delta.startedAt,
      finished_at: delta.finishedAt,
    }));
    await tx.$executeRaw`
      UPDATE run SET phase = given.phase, message = given.message, progress = given.progress,
        suspended = given.suspended, labels = given.labels, annotations = given.annotations, outputs = given.outputs,
        node_count = given.node_count, started_at = given.started_at, finished_at = given.finished_at,
        deleted_from_cluster = false
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (id uuid, phase text, message text, progress text,
        suspended boolean, labels jsonb, annotations jsonb, outputs jsonb, node_count int, started_at timestamptz, finished_at timestamptz)
      WHERE run.id = given.id`;
  }

  /** Removes nodes of runs that were told whole, as far as they were not among what was told. */
  async removeOtherNodes(tx: Transaction, deltas: readonly PlacedDelta[]): Promise<void> {
    const kept = deltas.flatMap(({ runId, delta }) => delta.nodes.map(({ id }) => ({ runId, id })));
    await tx.$executeRaw`
      DELETE FROM run_node WHERE run_id = ANY(${deltas.map(({ runId }) => runId)}::uuid[])
      AND NOT EXISTS (
        SELECT 1 FROM unnest(${kept.map(({ runId }) => runId)}::uuid[], ${kept.map(({ id }) => id)}::text[]) AS kept (run_id, node_id)
        WHERE kept.run_id = run_node.run_id AND kept.node_id = run_node.node_id)`;
  }

  /** One JSON document: half the cost of an array for each column, which has to be quoted and parsed value by value. */
  async upsertNodes(tx: Transaction, tenantId: string, deltas: readonly PlacedDelta[]): Promise<void> {
    const rows = deltas.flatMap(({ runId, delta }) =>
      delta.nodes.map((node) => ({ run_id: runId, ...nodeColumns(node) })),
    );
    await tx.$executeRaw`
      INSERT INTO run_node (tenant_id, run_id, node_id, name, type, phase, started_at, finished_at, status)
      SELECT ${tenantId}::uuid, given.* FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (run_id uuid, node_id text,
        name text, type text, phase text, started_at timestamptz, finished_at timestamptz, status jsonb)
      ON CONFLICT (run_id, node_id) DO UPDATE SET name = excluded.name, type = excluded.type, phase = excluded.phase,
        started_at = excluded.started_at, finished_at = excluded.finished_at, status = excluded.status`;
  }

  async insertEvents(
    tx: Transaction,
    tenantId: string,
    events: readonly { runId: string; event: Omit<JournalEvent, 'kind' | 'uid'> }[],
  ): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO run_event (tenant_id, id, run_id, node_id, reason, message, at)
      SELECT ${tenantId}::uuid, * FROM unnest(
        ${events.map(() => uuidv7())}::uuid[], ${events.map(({ runId }) => runId)}::uuid[],
        ${events.map(({ event }) => event.nodeId)}::text[], ${events.map(({ event }) => event.reason)}::text[],
        ${events.map(({ event }) => event.message)}::text[], ${events.map(({ event }) => event.at)}::timestamptz[])`;
  }

  /** The line that comes next, for each log of which something is stored. */
  async nextLines(tx: Transaction, keys: readonly LogKey[]): Promise<(LogKey & { next: number })[]> {
    return tx.$queryRaw<(LogKey & { next: number })[]>`
      SELECT given.run_id AS "runId", given.node_id AS "nodeId", given.container, last.next
      FROM unnest(${keys.map(({ runId }) => runId)}::uuid[], ${keys.map(({ nodeId }) => nodeId)}::text[],
        ${keys.map(({ container }) => container)}::text[]) AS given (run_id, node_id, container)
      CROSS JOIN LATERAL (
        SELECT first_line + line_count AS next FROM log_chunk l
        WHERE l.run_id = given.run_id AND l.node_id = given.node_id AND l.container = given.container
        ORDER BY first_line DESC LIMIT 1) last`;
  }

  async insertLogs(
    tx: Transaction,
    tenantId: string,
    chunks: readonly { runId: string; chunk: LogChunk }[],
  ): Promise<void> {
    const rows = chunks.map(({ runId, chunk }) => ({
      run_id: runId,
      node_id: chunk.nodeId,
      container: chunk.container,
      first_line: chunk.firstLine,
      line_count: chunk.lines.length,
      missing_before: chunk.missingBefore,
      final: chunk.final,
      times: chunk.lines.map(({ at }) => at),
      lines: chunk.lines.map(({ text }) => text),
    }));
    // An empty last chunk may come where one has been stored already.
    await tx.$executeRaw`
      INSERT INTO log_chunk (tenant_id, run_id, node_id, container, first_line, line_count, missing_before, final, times, lines)
      SELECT ${tenantId}::uuid, given.* FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (run_id uuid, node_id text,
        container text, first_line int, line_count int, missing_before int, final boolean, times text[], lines text[])
      ON CONFLICT (run_id, node_id, container, first_line) DO UPDATE SET final = log_chunk.final OR excluded.final`;
  }

  /** History stays. A run whose object was removed before it had finished will never finish by itself. */
  async markDeleted(
    tx: Transaction,
    clusterId: string,
    runs: readonly { uid: string; at: string }[],
  ): Promise<string[]> {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE run SET deleted_from_cluster = true,
        phase = CASE WHEN open THEN 'ERROR' ELSE run.phase END,
        message = CASE WHEN open THEN 'The workflow was deleted from its cluster before it had finished.' ELSE run.message END,
        finished_at = CASE WHEN open THEN given.at ELSE run.finished_at END
      FROM (SELECT r.id, g.at, r.phase NOT IN ('SUCCEEDED', 'FAILED', 'ERROR') AS open
            FROM unnest(${runs.map(({ uid }) => uid)}::text[], ${runs.map(({ at }) => at)}::timestamptz[]) AS g (uid, at)
            JOIN run r ON r.cluster_id = ${clusterId}::uuid AND r.uid = g.uid) AS given
      WHERE run.id = given.id RETURNING run.id`;
    return rows.map(({ id }) => id);
  }

  /** The cluster would not create it. */
  async failSubmitted(tx: Transaction, runId: string, message: string): Promise<boolean> {
    const { count } = await tx.run.updateMany({
      where: { id: runId, phase: 'SUBMITTED' },
      data: { phase: 'ERROR', message, finishedAt: new Date() },
    });
    return count > 0;
  }
}

/** Whether the database refused the data itself, so that trying again cannot help (SQLSTATE classes 22 and 23). */
export function isDataError(error: unknown): boolean {
  const { meta } = (error ?? {}) as { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } };
  return /^2[23]/.test(meta?.driverAdapterError?.cause?.originalCode ?? '');
}
