import { Injectable } from '@nestjs/common';
import type { CommandBody } from '@argosy/link-protocol';
import { uuidv7 } from 'uuidv7';
import { Notifications } from '../../persistence/notifications.js';
import type { Transaction } from '../../persistence/database.js';
import type { Prisma } from '../../persistence/generated/client.js';

export interface PendingCommand {
  readonly id: string;
  readonly seq: number;
  readonly epoch: number;
  readonly body: CommandBody;
}

/** What agents have been asked to do, numbered for each cluster. The table is the truth; the socket only brings it. */
@Injectable()
export class AgentCommandsRepository {
  constructor(private readonly notifications: Notifications) {}

  async append(tx: Transaction, tenantId: string, clusterId: string, body: CommandBody): Promise<void> {
    // The row lock of the cluster makes numbers follow the order of commits.
    const { lastCommandSeq, epoch } = await tx.cluster.update({
      where: { id: clusterId },
      data: { lastCommandSeq: { increment: 1 } },
      select: { lastCommandSeq: true, epoch: true },
    });
    await tx.agentCommand.create({
      data: {
        id: uuidv7(),
        tenantId,
        clusterId,
        seq: lastCommandSeq,
        epoch,
        body: body as unknown as Prisma.InputJsonValue,
      },
    });
    await this.notifications.publish(tx, { kind: 'command', tenantId, clusterId });
  }

  async pendingAfter(tx: Transaction, clusterId: string, seq: number, limit: number): Promise<PendingCommand[]> {
    const rows = await tx.agentCommand.findMany({
      where: { clusterId, seq: { gt: seq }, state: { in: ['pending', 'taken'] } },
      orderBy: { seq: 'asc' },
      take: limit,
    });
    return rows.map(({ id, seq: number, epoch, body }) => ({
      id,
      seq: Number(number),
      epoch,
      body: body as unknown as CommandBody,
    }));
  }

  /** The agent has them on its disk. */
  async taken(tx: Transaction, clusterId: string, upTo: number): Promise<void> {
    await tx.agentCommand.updateMany({
      where: { clusterId, seq: { lte: upTo }, state: 'pending' },
      data: { state: 'taken' },
    });
  }

  /** Returns what was asked, so that a refusal can be told where it matters. */
  async complete(
    tx: Transaction,
    id: string,
    ok: boolean,
    message: string | undefined,
  ): Promise<CommandBody | undefined> {
    const found = await tx.agentCommand.findUnique({ where: { id } });
    if (!found) return undefined;
    await tx.agentCommand.update({ where: { id }, data: { state: ok ? 'done' : 'refused', message } });
    return found.body as unknown as CommandBody;
  }
}
