import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';
import type { Prisma } from '../../persistence/generated/client.js';

export interface ClusterRow {
  readonly id: string;
  readonly name: string;
  readonly labels: unknown;
  readonly local: boolean;
  readonly epoch: number;
  readonly credentialHash: string | null;
  readonly connected: boolean;
  readonly agentVersion: string | null;
  readonly kubernetesVersion: string | null;
  readonly nodeCount: number | null;
  readonly connectedAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly lagMs: number | null;
  readonly outboxDepth: number | null;
  readonly runningWorkflows: number;
  readonly runningPods: number;
  readonly pendingPods: number;
  readonly createdAt: Date;
  readonly pendingCommands: number;
}

@Injectable()
export class ClustersRepository {
  async page(tx: Transaction, limit: number, afterName: string | undefined): Promise<ClusterRow[]> {
    return this.withCommands(
      tx,
      await tx.cluster.findMany({
        where: afterName ? { name: { gt: afterName } } : {},
        orderBy: { name: 'asc' },
        take: limit,
      }),
    );
  }

  async count(tx: Transaction): Promise<number> {
    return tx.cluster.count();
  }

  async find(tx: Transaction, key: { id?: string; name?: string }): Promise<ClusterRow | undefined> {
    const [row] = await this.withCommands(tx, await tx.cluster.findMany({ where: key, take: 1 }));
    return row;
  }

  async byIds(tx: Transaction, ids: readonly string[]): Promise<ClusterRow[]> {
    return this.withCommands(tx, await tx.cluster.findMany({ where: { id: { in: [...ids] } } }));
  }

  async names(tx: Transaction): Promise<string[]> {
    return (await tx.cluster.findMany({ select: { name: true }, orderBy: { name: 'asc' } })).map(({ name }) => name);
  }

  /** A cluster that never joined gets a new token; one that did is somebody's already: undefined. */
  async register(
    tx: Transaction,
    cluster: {
      id: string;
      tenantId: string;
      name: string;
      labels: Prisma.InputJsonValue;
      joinTokenHash: string;
      joinTokenExpires: Date;
    },
  ): Promise<string | undefined> {
    const known = await tx.cluster.findUnique({
      where: { tenantId_name: { tenantId: cluster.tenantId, name: cluster.name } },
    });
    if (known?.credentialHash) return undefined;
    const { joinTokenHash, joinTokenExpires, labels } = cluster;
    if (known) await tx.cluster.update({ where: { id: known.id }, data: { joinTokenHash, joinTokenExpires, labels } });
    else await tx.cluster.create({ data: cluster });
    return known?.id ?? cluster.id;
  }

  /** True when this call used the token up. */
  async join(tx: Transaction, id: string, joinTokenHash: string, credentialHash: string): Promise<boolean> {
    const { count } = await tx.cluster.updateMany({
      where: { id, joinTokenHash },
      data: { joinTokenHash: null, joinTokenExpires: null, credentialHash },
    });
    return count === 1;
  }

  async update(tx: Transaction, id: string, data: Prisma.ClusterUpdateInput): Promise<void> {
    await tx.cluster.update({ where: { id }, data });
  }

  private async withCommands<Row extends { id: string }>(
    tx: Transaction,
    rows: readonly Row[],
  ): Promise<(Row & { pendingCommands: number })[]> {
    const counts = await tx.agentCommand.groupBy({
      by: ['clusterId'],
      where: { clusterId: { in: rows.map(({ id }) => id) }, state: 'pending' },
      _count: true,
    });
    const pending = new Map(counts.map(({ clusterId, _count }) => [clusterId, _count]));
    return rows.map((row) => ({ ...row, pendingCommands: pending.get(row.id) ?? 0 }));
  }
}
