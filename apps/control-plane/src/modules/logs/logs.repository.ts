import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';
import { Prisma } from '../../persistence/generated/client.js';

export interface LogChunkRow {
  readonly id: bigint;
  readonly nodeId: string;
  readonly container: string;
  readonly firstLine: number;
  readonly missingBefore: number;
  readonly times: string[];
  readonly lines: string[];
}
/** One line, and where it is stored. */
export interface LogLineRow {
  readonly chunkId: bigint;
  /** From 1, within its chunk. */
  readonly position: number;
  readonly number: number;
  readonly at: string;
  readonly text: string;
  readonly missingBefore: number;
}
export interface ContainerKey {
  readonly runId: string;
  readonly nodeId: string;
  readonly container: string;
}
export interface LineRange {
  /** Exclusive. */
  readonly after: number | undefined;
  /** Exclusive. */
  readonly before: number | undefined;
  /** Letter case ignored. */
  readonly contains: string | undefined;
  /** From the end of the range. */
  readonly last: boolean;
}
/** Whose lines are followed; all of the run's when nothing is named. */
export interface LogScope {
  readonly nodeId?: string | undefined;
  readonly container?: string | undefined;
}

@Injectable()
export class LogsRepository {
  /** Chunks from this one on, in the order of arrival, which is the order of lines within a container. */
  async from(
    tx: Transaction,
    runId: string,
    fromId: bigint,
    { nodeId, container }: LogScope,
    limit: number,
  ): Promise<LogChunkRow[]> {
    const only = { ...(nodeId === undefined ? {} : { nodeId }), ...(container === undefined ? {} : { container }) };
    return tx.logChunk.findMany({
      where: { runId, id: { gte: fromId }, ...only },
      orderBy: { id: 'asc' },
      take: limit,
    });
  }

  /** At most `limit` lines of the range, in their order. */
  async lines(tx: Transaction, key: ContainerKey, range: LineRange, limit: number): Promise<LogLineRow[]> {
    const { after, before, contains, last } = range;
    const order = Prisma.raw(last ? 'DESC' : 'ASC');
    const wanted = contains ? Prisma.sql`AND strpos(lower(l.text), lower(${contains})) > 0` : Prisma.empty;
    const rows = await tx.$queryRaw<LogLineRow[]>`
      SELECT c.id AS "chunkId", l.position::int, (c.first_line + l.position - 1)::int AS number, l.at, l.text,
             CASE WHEN l.position = 1 THEN c.missing_before ELSE 0 END AS "missingBefore"
      FROM log_chunk c CROSS JOIN LATERAL unnest(c.lines, c.times) WITH ORDINALITY AS l (text, at, position)
      WHERE ${ofContainer(key)}
        AND c.first_line + c.line_count - 1 > ${after ?? -1} AND c.first_line + l.position - 1 > ${after ?? -1}
        ${before === undefined ? Prisma.empty : Prisma.sql`AND c.first_line + l.position - 1 < ${before}`}
        ${wanted}
      ORDER BY c.first_line ${order}, l.position ${order} LIMIT ${limit}`;
    return last ? rows.reverse() : rows;
  }

  async extent(tx: Transaction, key: ContainerKey): Promise<{ lines: number; complete: boolean }> {
    const [row] = await tx.$queryRaw<{ lines: number; complete: boolean }[]>`
      SELECT coalesce(sum(c.line_count), 0)::int AS lines, coalesce(bool_or(c.final), false) AS complete
      FROM log_chunk c WHERE ${ofContainer(key)}`;
    return row ?? { lines: 0, complete: false };
  }

  /** Pods of the run that have been given a machine and whose log has not been stored to its end. */
  async unfinishedLogs(tx: Transaction, runId: string, { nodeId, container }: LogScope): Promise<number> {
    const ofNode = nodeId === undefined ? Prisma.empty : Prisma.sql`AND n.node_id = ${nodeId}`;
    const inContainer = container === undefined ? Prisma.empty : Prisma.sql`AND l.container = ${container}`;
    const [row] = await tx.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM run_node n
      WHERE n.run_id = ${runId}::uuid AND n.type = 'Pod' AND jsonb_exists(n.status, 'hostNodeName') ${ofNode}
        AND NOT EXISTS (SELECT FROM log_chunk l
                        WHERE l.run_id = n.run_id AND l.node_id = n.node_id AND l.final ${inContainer})`;
    return row?.count ?? 0;
  }
}

const ofContainer = ({ runId, nodeId, container }: ContainerKey): Prisma.Sql =>
  Prisma.sql`c.run_id = ${runId}::uuid AND c.node_id = ${nodeId} AND c.container = ${container}`;
