import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../graphql/generated/schema-types.js';
import type { Transaction } from '../../persistence/database.js';
import type { Prisma } from '../../persistence/generated/client.js';

export interface NewAuditEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly actorKind: string;
  readonly actorName: string;
  readonly action: string;
  readonly targetType: string;
  readonly targetId?: string;
  readonly targetName?: string;
  readonly outcome: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly correlationId: string;
}

@Injectable()
export class AuditRepository {
  async add(tx: Transaction, event: NewAuditEvent): Promise<void> {
    await tx.auditEvent.create({ data: { ...event, detail: event.detail as Prisma.InputJsonValue | undefined } });
  }

  /** Newest first; ids are made of time, so they order. */
  async page(tx: Transaction, limit: number, afterId: string | undefined): Promise<AuditEvent[]> {
    const rows = await tx.auditEvent.findMany({
      where: afterId ? { id: { lt: afterId } } : {},
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }
}
