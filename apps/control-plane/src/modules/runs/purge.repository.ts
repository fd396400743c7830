import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../persistence/database.js';

/** What is left of a run that was purged: enough to tell those who watch. */
export interface PurgedRunRow {
  readonly runId: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly createdAt: Date;
}

/** Rows that one statement deletes; more would hold locks for long. */
const BATCH = 5_000;

@Injectable()
export class PurgeRepository {
  /** The run is gone at once and for good; what hangs on it follows in batches. */
  async bury(tx: Transaction, runId: string): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO purged_run (run_id, tenant_id, cluster_id, uid, namespace, name, phase, created_at)
      SELECT id, tenant_id, cluster_id, uid, namespace, name, phase, created_at FROM run WHERE id = ${runId}::uuid`;
    await tx.run.delete({ where: { id: runId } });
  }

  async buried(tx: Transaction, runIds: readonly string[]): Promise<PurgedRunRow[]> {
    return tx.purgedRun.findMany({ where: { runId: { in: [...runIds] } } });
  }

  /** Tombstones are not needed for ever. */
  async forget(tx: Transaction, before: Date): Promise<void> {
    await tx.purgedRun.deleteMany({ where: { purgedAt: { lt: before } } });
  }

  /** Deletes some of what is left; false when that was all. */
  async clear(tx: Transaction, runId: string): Promise<boolean> {
    const deleted = [
      await tx.$executeRaw`DELETE FROM log_chunk WHERE run_id = ${runId}::uuid AND id IN (
        SELECT id FROM log_chunk WHERE run_id = ${runId}::uuid LIMIT ${BATCH})`,
      await tx.$executeRaw`DELETE FROM run_event WHERE run_id = ${runId}::uuid AND id IN (
        SELECT id FROM run_event WHERE run_id = ${runId}::uuid LIMIT ${BATCH})`,
      await tx.$executeRaw`DELETE FROM run_node WHERE run_id = ${runId}::uuid AND node_id IN (
        SELECT node_id FROM run_node WHERE run_id = ${runId}::uuid LIMIT ${BATCH})`,
    ];
    return deleted.some((count) => count === BATCH);
  }
}
