import { Injectable } from '@nestjs/common';
import type { RunFilter, RunOrder } from '../../graphql/generated/schema-types.js';
import type { Transaction } from '../../persistence/database.js';
import { Prisma } from '../../persistence/generated/client.js';
import type { Reach } from '../access/rights.js';
import { behind, conditionsOf, ordering, whereAll } from './run-conditions.repository.js';
import type { RunKey } from './run-cursor.js';

/** A run without its manifest, which may have megabytes and is read only where it is asked for. */
export interface RunRow {
  readonly id: string;
  readonly clusterId: string;
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
  readonly entrypoint: string | null;
  readonly submittedBy: string | null;
  readonly placementReason: string | null;
  readonly nodeCount: number;
  readonly deletedFromCluster: boolean;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Raised with every change. */
  readonly version: bigint;
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

const WITHOUT_MANIFEST = { manifest: true, uid: true, tenantId: true, idempotencyKey: true } as const;
/** Beyond this many rows an exact count costs more than it tells. */
const EXACT_COUNT = 10_000;

@Injectable()
export class RunsRepository {
  async create(tx: Transaction, { labels, annotations, parameters, ...run }: NewRun): Promise<RunRow> {
    const data = { ...run, phase: 'SUBMITTED', labels, annotations, parameters };
    return tx.run.create({ data, omit: WITHOUT_MANIFEST });
  }

  async find(tx: Transaction, id: string): Promise<RunRow | null> {
    return tx.run.findUnique({ where: { id }, omit: WITHOUT_MANIFEST });
  }

  async manifests(tx: Transaction, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.run.findMany({ where: { id: { in: [...ids] } }, select: { id: true, manifest: true } });
    return new Map(rows.map(({ id, manifest }) => [id, manifest]));
  }

  /** Of two submissions with the same key at the same time, the second waits here until the first has been committed. */
  async byIdempotencyKey(tx: Transaction, tenantId: string, idempotencyKey: string): Promise<RunRow | null> {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${tenantId}/${idempotencyKey}`}, 0))::text`;
    return tx.run.findUnique({
      where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } },
      omit: WITHOUT_MANIFEST,
    });
  }

  /** One page by keyset, so that the cost does not grow with the page's number. */
  async page(
    tx: Transaction,
    reach: Reach,
    filter: RunFilter,
    order: RunOrder,
    limit: number,
    after: RunKey | undefined,
  ): Promise<RunRow[]> {
    const conditions = conditionsOf(reach, filter);
    if (after) conditions.push(behind(order, after));
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT r.id FROM run r ${whereAll(conditions)} ${ordering(order)} LIMIT ${limit}`;
    return this.inOrder(
      tx,
      rows.map(({ id }) => id),
    );
  }

  /** Exact up to 10,000; beyond that what the planner believes. */
  async count(tx: Transaction, reach: Reach, filter: RunFilter): Promise<number> {
    const where = whereAll(conditionsOf(reach, filter));
    const [row] = await tx.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM (SELECT 1 FROM run r ${where} LIMIT ${EXACT_COUNT + 1}) AS counted`;
    const counted = Number(row?.count ?? 0);
    if (counted <= EXACT_COUNT) return counted;
    const plans = await tx.$queryRaw<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>`
      EXPLAIN (FORMAT JSON) SELECT 1 FROM run r ${where}`;
    return Math.max(counted, plans[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0);
  }

  /** Those of the runs that may be seen and match, as they are now. */
  async matching(tx: Transaction, reach: Reach, filter: RunFilter, ids: readonly string[]): Promise<RunRow[]> {
    const conditions = [...conditionsOf(reach, filter), Prisma.sql`r.id = ANY(${[...ids]}::uuid[])`];
    const rows = await tx.$queryRaw<{ id: string }[]>`SELECT r.id FROM run r ${whereAll(conditions)} ORDER BY r.id`;
    return this.inOrder(
      tx,
      rows.map(({ id }) => id),
    );
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

  private async inOrder(tx: Transaction, ids: string[]): Promise<RunRow[]> {
    const rows = await tx.run.findMany({ where: { id: { in: ids } }, omit: WITHOUT_MANIFEST });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }
}
