import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';

export interface LogChunkRow {
  readonly id: bigint;
  readonly nodeId: string;
  readonly container: string;
  readonly firstLine: number;
  readonly missingBefore: number;
  readonly final: boolean;
  readonly times: string[];
  readonly lines: string[];
}

@Injectable()
export class LogsRepository {
  /** In the order of arrival, which is the order of lines within a container. */
  async after(
    tx: Transaction,
    runId: string,
    afterId: bigint,
    only: { nodeId?: string; container?: string },
    limit: number,
  ): Promise<LogChunkRow[]> {
    return tx.logChunk.findMany({
      where: { runId, id: { gt: afterId }, ...only },
      orderBy: { id: 'asc' },
      take: limit,
    });
  }

  async ofContainer(tx: Transaction, runId: string, nodeId: string, container: string): Promise<LogChunkRow[]> {
    return tx.logChunk.findMany({ where: { runId, nodeId, container }, orderBy: { firstLine: 'asc' } });
  }

  /** Pods of the run that have run and whose log has not been stored to its end. */
  async unfinishedLogs(
    tx: Transaction,
    runId: string,
    nodeId: string | undefined,
    container: string | undefined,
  ): Promise<number> {
    const [row] = await tx.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM run_node n
      WHERE n.run_id = ${runId}::uuid AND n.type = 'Pod' AND n.status ? 'hostNodeName'
        AND (${nodeId ?? null}::text IS NULL OR n.node_id = ${nodeId ?? null})
        AND NOT EXISTS (SELECT 1 FROM log_chunk l WHERE l.run_id = n.run_id AND l.node_id = n.node_id AND l.final
                        AND (${container ?? null}::text IS NULL OR l.container = ${container ?? null}))`;
    return Number(row?.count ?? 0);
  }
}
