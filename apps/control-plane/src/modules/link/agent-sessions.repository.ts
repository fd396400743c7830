import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';

/** Which agent is connected, and how far its streams have come. */
@Injectable()
export class AgentSessionsRepository {
  /** Opens a session and closes every other of the cluster. */
  async replace(tx: Transaction, session: { id: string; tenantId: string; clusterId: string }): Promise<void> {
    await tx.agentSession.updateMany({
      where: { clusterId: session.clusterId, closedAt: null },
      data: { closedAt: new Date() },
    });
    await tx.agentSession.create({ data: session });
  }

  async isOpen(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.agentSession.count({ where: { id, closedAt: null } })) > 0;
  }

  /** True when it was open. The cluster's row is locked first, as by whoever opens a session; the other way round they would wait for each other. */
  async close(tx: Transaction, clusterId: string, id: string): Promise<boolean> {
    await tx.$queryRaw`SELECT 1 FROM cluster WHERE id = ${clusterId}::uuid FOR UPDATE`;
    const { count } = await tx.agentSession.updateMany({
      where: { id, closedAt: null },
      data: { closedAt: new Date() },
    });
    return count > 0;
  }

  /**
   * A database that was restored from a backup may have given out fewer numbers than the agent has taken; it would drop
   * new commands under old numbers as repetitions.
   */
  async raiseCommandSeq(tx: Transaction, clusterId: string, atLeast: number): Promise<void> {
    await tx.cluster.updateMany({
      where: { id: clusterId, lastCommandSeq: { lt: atLeast } },
      data: { lastCommandSeq: atLeast },
    });
  }

  async tenantIds(tx: Transaction): Promise<string[]> {
    return (await tx.tenant.findMany({ select: { id: true } })).map(({ id }) => id);
  }

  /** Closes sessions whose agents have been silent since then, because the replica that served them is dead. */
  async closeSilent(tx: Transaction, since: Date): Promise<string[]> {
    const silent = await tx.cluster.updateManyAndReturn({
      where: { connected: true, lastSeenAt: { lt: since } },
      data: { connected: false },
      select: { id: true },
    });
    const ids = silent.map(({ id }) => id);
    await tx.agentSession.updateMany({
      where: { clusterId: { in: ids }, closedAt: null },
      data: { closedAt: new Date() },
    });
    return ids;
  }

  async stream(
    tx: Transaction,
    clusterId: string,
    streamId: string,
  ): Promise<{ storedSeq: number; brokeOff: boolean }> {
    const streams = await tx.agentStream.findMany({ where: { clusterId } });
    const stored = streams.find((stream) => stream.streamId === streamId);
    return { storedSeq: Number(stored?.ackedSeq ?? 0), brokeOff: !stored && streams.length > 0 };
  }
}
