import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';
import type { Prisma } from '../../persistence/generated/client.js';
import type { Reach } from '../access/rights.js';

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
export interface NewCluster {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}
export interface Owner {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly epoch: number;
}
/** A connected cluster and what it has to do. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly epoch: number;
  readonly unfinishedRuns: number;
}

@Injectable()
export class ClustersRepository {
  async page(tx: Transaction, reach: Reach, limit: number, afterName: string | undefined): Promise<ClusterRow[]> {
    const where = { ...visible(reach), ...(afterName === undefined ? {} : { name: { gt: afterName } }) };
    return this.withCommands(tx, await tx.cluster.findMany({ where, orderBy: { name: 'asc' }, take: limit }));
  }

  async count(tx: Transaction, reach: Reach): Promise<number> {
    return tx.cluster.count({ where: visible(reach) });
  }

  async find(tx: Transaction, key: { id?: string; name?: string }): Promise<ClusterRow | undefined> {
    const [row] = await this.withCommands(tx, await tx.cluster.findMany({ where: key, take: 1 }));
    return row;
  }

  async byIds(tx: Transaction, ids: readonly string[]): Promise<ClusterRow[]> {
    const where = { id: { in: [...ids] } };
    return this.withCommands(tx, await tx.cluster.findMany({ where, orderBy: { name: 'asc' } }));
  }

  async names(tx: Transaction, reach: Reach): Promise<string[]> {
    const rows = await tx.cluster.findMany({ where: visible(reach), select: { name: true }, orderBy: { name: 'asc' } });
    return rows.map(({ name }) => name);
  }

  /** Connected clusters, those with the fewest unfinished runs first. */
  async candidates(tx: Transaction): Promise<Candidate[]> {
    return tx.$queryRaw<Candidate[]>`
      SELECT c.id, c.name, c.epoch, (
        SELECT count(*)::int FROM run r WHERE r.cluster_id = c.id AND r.phase IN ('SUBMITTED', 'PENDING', 'RUNNING')
      ) AS "unfinishedRuns"
      FROM cluster c WHERE c.connected ORDER BY 4, c.name`;
  }

  /** Its lease epoch, which stays as it is until the end of the transaction. */
  async lockEpoch(tx: Transaction, id: string): Promise<number> {
    const [row] = await tx.$queryRaw<{ epoch: number }[]>`SELECT epoch FROM cluster WHERE id = ${id}::uuid FOR UPDATE`;
    return row?.epoch ?? 0;
  }

  /** A cluster that never joined is made anew; one that did is somebody's already: undefined. Returns its id. */
  async register(tx: Transaction, { id, tenantId, name, labels }: NewCluster): Promise<string | undefined> {
    const [row] = await tx.$queryRaw<{ id: string }[]>`
      INSERT INTO cluster (id, tenant_id, name, labels)
      VALUES (${id}::uuid, ${tenantId}::uuid, ${name}, ${JSON.stringify(labels)}::jsonb)
      ON CONFLICT (tenant_id, name) DO UPDATE SET labels = excluded.labels WHERE cluster.credential_hash IS NULL
      RETURNING id`;
    return row?.id;
  }

  /** The only token that is valid for the cluster from now on. */
  async giveJoinToken(
    tx: Transaction,
    token: { hash: string; tenantId: string; clusterId: string; createdAt: Date; expiresAt: Date },
  ): Promise<void> {
    await tx.joinToken.deleteMany({ where: { clusterId: token.clusterId, usedAt: null } });
    await tx.joinToken.create({ data: token });
  }

  /** Inside `withSecret`: the token with this hash. */
  async joinToken(tx: Transaction, hash: string): Promise<{ tenantId: string; clusterId: string } | null> {
    return tx.joinToken.findUnique({ where: { hash } });
  }

  /** True when this call used the token up; it must not have been used and not be older than it may be. */
  async useJoinToken(tx: Transaction, hash: string, now: Date): Promise<boolean> {
    const where = { hash, usedAt: null, expiresAt: { gt: now } };
    const { count } = await tx.joinToken.updateMany({ where, data: { usedAt: now } });
    return count === 1;
  }

  async deleteOldJoinTokens(tx: Transaction, before: Date): Promise<number> {
    const { count } = await tx.joinToken.deleteMany({ where: { expiresAt: { lt: before } } });
    return count;
  }

  /** Inside `withSecret`: the cluster whose agent has this credential. */
  async byCredential(tx: Transaction, credentialHash: string): Promise<Owner | null> {
    const select = { id: true, tenantId: true, name: true, epoch: true };
    return tx.cluster.findUnique({ where: { credentialHash }, select });
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

/** Whoever may see runs of a namespace may see where they can be: a namespace is on every cluster. */
const visible = ({ everywhere, namespaces, clusterIds }: Reach): Prisma.ClusterWhereInput =>
  everywhere || namespaces.length > 0 ? {} : { id: { in: [...clusterIds] } };
