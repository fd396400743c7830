import { newId } from '@argosy/platform';
import { Injectable } from '@nestjs/common';
import type { Prisma } from './generated/client.js';
import type { Transaction } from './database.js';

/** Jobs that follow from committed transactions, with what they need to know. */
export type OutboxJob = {
  readonly job: 'clear-purged-run';
  readonly payload: { readonly tenantId: string; readonly runId: string };
};
export type OutboxEntry = OutboxJob & { readonly id: string };

@Injectable()
export class OutboxRepository {
  async add(tx: Transaction, tenantId: string, { job, payload }: OutboxJob): Promise<void> {
    await tx.outbox.create({ data: { id: newId(), tenantId, job, payload } });
  }

  /** Inside `forMaintenance`: the oldest entries, which no other relay takes at the same time. */
  async take(tx: Transaction, limit: number): Promise<OutboxEntry[]> {
    return tx.$queryRaw<OutboxEntry[]>`
      SELECT id, job, payload FROM outbox ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  }

  async remove(tx: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
    const where: Prisma.OutboxWhereInput = { id: { in: entries.map(({ id }) => id) } };
    await tx.outbox.deleteMany({ where });
  }
}
