import { Injectable } from '@nestjs/common';
import type { NodeDelta } from '@argosy/link-protocol';
import type { Transaction } from '../../persistence/database.js';

export interface StoredRun {
  readonly id: string;
  readonly uid: string;
  readonly phase: string;
}

@Injectable()
export class ResyncRepository {
  async byUids(tx: Transaction, clusterId: string, uids: readonly string[]): Promise<StoredRun[]> {
    return tx.$queryRaw<StoredRun[]>`
      SELECT id, uid, phase FROM run WHERE cluster_id = ${clusterId}::uuid AND uid = ANY(${uids}::text[])`;
  }

  async nodesOf(tx: Transaction, runId: string): Promise<NodeDelta[]> {
    const rows = await tx.runNode.findMany({ where: { runId }, select: { nodeId: true, status: true } });
    return rows.map(({ nodeId, status }) => ({ id: nodeId, status: status as Record<string, unknown> }));
  }

  /** Objects in the cluster, as far as is known here. */
  async presentUids(tx: Transaction, clusterId: string): Promise<string[]> {
    const rows = await tx.run.findMany({
      where: { clusterId, uid: { not: null }, deletedFromCluster: false },
      select: { uid: true },
    });
    return rows.flatMap(({ uid }) => uid ?? []);
  }
}
