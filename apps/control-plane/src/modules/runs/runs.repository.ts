import { Injectable } from '@nestjs/common';
import type { RunFilter, RunOrder } from '../../graphql/generated/schema-types.js';
import type { Transaction } from '../../persistence/database.js';
import { Prisma } from '../../persistence/generated/client.js';
import { labelConditions } from './label-selector.js';

export interface RunRow {
  readonly id: string;
  readonly clusterId: string;
  readonly uid: string | null;
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly message: string;
  readonly progress: string;
  readonly suspended: boolean;
  readonly labels: unknown;
  readonly annotations: unknown;
  readonly parameters: unknown;
  readonly outputs: unknown;
  readonly manifest: string;
  readonly entrypoint: string | null;
  readonly submittedBy: string | null;
  readonly placementReason: string | null;
  readonly nodeCount: number;
  readonly deletedFromCluster: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}
export interface RunNodeRow {
  readonly nodeId: string;
  readonly status: unknown;
}
export interface RunEventRow {
  readonly id: string;
  readonly at: Date;
  readonly reason: string;
  readonly message: string;
  readonly nodeId: string | null;
}
export interface NewRun {
  readonly id: string;
  readonly tenantId: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly parameters: { name: string; value: string | null }[];
  readonly manifest: string;
  readonly entrypoint: string | null;
  readonly submittedBy: string;
  readonly placementReason: string;
  readonly idempotencyKey: string | null;
}

const COLUMNS: Readonly<Record<RunOrder['field'], string>> = {
  CREATED_AT: 'created_at',
  STARTED_AT: 'started_at',
  FINISHED_AT: 'finished_at',
  NAME: 'name',
};
/** Beyond this many rows an exact count costs more than it tells. */
const EXACT_COUNT = 10_000;

@Injectable()
export class RunsRepository {
  async create(tx: Transaction, { labels, annotations, parameters, ...run }: NewRun): Promise<RunRow> {
    return tx.run.create({ data: { ...run, phase: 'SUBMITTED', labels, annotations, parameters } });
  }

  async find(tx: Transaction, id: string): Promise<RunRow | null> {
    return tx.run.findUnique({ where: { id } });
  }

  async byIdempotencyKey(tx: Transaction, tenantId: string, idempotencyKey: string): Promise<RunRow | null> {
    return tx.run.findUnique({ where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } } });
  }

  /** The connected cluster with the least to do. */
  async leastBusyCluster(tx: Transaction): Promise<{ id: string; name: string; runningWorkflows: number } | undefined> {
    const [cluster] = await tx.$queryRaw<{ id: string; name: string; runningWorkflows: number }[]>`
      SELECT c.id, c.name, (SELECT count(*)::int FROM run r WHERE r.cluster_id = c.id AND r.phase IN ('SUBMITTED', 'PENDING', 'RUNNING')) AS "runningWorkflows"
      FROM cluster c WHERE c.connected ORDER BY 3, c.name LIMIT 1`;
    return cluster;
  }

  /** One page by keyset: the cursor is the sort value and id of the last row, so the cost does not grow with the page's number. */
  async page(
    tx: Transaction,
    filter: RunFilter,
    order: RunOrder,
    limit: number,
    after: string | undefined,
  ): Promise<RunRow[]> {
    const column = Prisma.raw(COLUMNS[order.field]);
    const descending = order.direction === 'DESC';
    const conditions = conditionsOf(filter);
    if (after) {
      const [value = '', id = ''] = JSON.parse(after) as [string, string];
      const cast = order.field === 'NAME' ? Prisma.sql`${value}` : Prisma.sql`${value}::timestamptz`;
      conditions.push(Prisma.sql`(r.${column}, r.id) ${Prisma.raw(descending ? '<' : '>')} (${cast}, ${id}::uuid)`);
    }
    if (order.field === 'STARTED_AT' || order.field === 'FINISHED_AT')
      conditions.push(Prisma.sql`r.${column} IS NOT NULL`);
    const direction = Prisma.raw(descending ? 'DESC' : 'ASC');
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM run r ${where(conditions)} ORDER BY r.${column} ${direction}, r.id ${direction} LIMIT ${limit}`;
    const ids = rows.map(({ id }) => id);
    const found = new Map((await tx.run.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  async count(tx: Transaction, filter: RunFilter): Promise<number> {
    const [row] = await tx.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM (SELECT 1 FROM run r ${where(conditionsOf(filter))} LIMIT ${EXACT_COUNT + 1}) AS counted`;
    const counted = Number(row?.count ?? 0);
    if (counted <= EXACT_COUNT) return counted;
    const [estimate] = await tx.$queryRaw<
      { count: number }[]
    >`SELECT greatest(reltuples, 0)::float8 AS count FROM pg_class WHERE relname = 'run'`;
    return Math.max(counted, Math.round(estimate?.count ?? 0));
  }

  async matches(tx: Transaction, id: string, filter: RunFilter): Promise<boolean> {
    const rows = await tx.$queryRaw<
      unknown[]
    >`SELECT 1 FROM run r ${where([...conditionsOf(filter), Prisma.sql`r.id = ${id}::uuid`])}`;
    return rows.length > 0;
  }

  async nodes(tx: Transaction, runId: string, limit: number, afterId: string | undefined): Promise<RunNodeRow[]> {
    return tx.runNode.findMany({
      where: { runId, ...(afterId ? { nodeId: { gt: afterId } } : {}) },
      orderBy: { nodeId: 'asc' },
      take: limit,
      select: { nodeId: true, status: true },
    });
  }

  async node(tx: Transaction, runId: string, nodeId: string): Promise<RunNodeRow | null> {
    return tx.runNode.findUnique({
      where: { runId_nodeId: { runId, nodeId } },
      select: { nodeId: true, status: true },
    });
  }

  async events(tx: Transaction, runId: string, limit: number, afterId: string | undefined): Promise<RunEventRow[]> {
    return tx.runEvent.findMany({
      where: { runId, ...(afterId ? { id: { gt: afterId } } : {}) },
      orderBy: { id: 'asc' },
      take: limit,
    });
  }

  async purge(tx: Transaction, runId: string): Promise<void> {
    await tx.logChunk.deleteMany({ where: { runId } });
    await tx.runEvent.deleteMany({ where: { runId } });
    await tx.runNode.deleteMany({ where: { runId } });
    await tx.run.delete({ where: { id: runId } });
  }
}

function conditionsOf(filter: RunFilter): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  if (filter.clusters?.length)
    conditions.push(Prisma.sql`r.cluster_id IN (SELECT id FROM cluster WHERE name = ANY(${filter.clusters}))`);
  if (filter.namespaces?.length) conditions.push(Prisma.sql`r.namespace = ANY(${filter.namespaces})`);
  if (filter.phases?.length) conditions.push(Prisma.sql`r.phase = ANY(${filter.phases})`);
  if (filter.nameContains)
    conditions.push(Prisma.sql`r.name ILIKE ${`%${filter.nameContains.replace(/[\\%_]/g, '\\$&')}%`}`);
  if (filter.createdAfter) conditions.push(Prisma.sql`r.created_at >= ${filter.createdAfter}::timestamptz`);
  if (filter.createdBefore) conditions.push(Prisma.sql`r.created_at < ${filter.createdBefore}::timestamptz`);
  if (filter.labelSelector) conditions.push(...labelConditions(filter.labelSelector));
  return conditions;
}

const where = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}` : Prisma.empty;
