import { Injectable } from '@nestjs/common';
import { newId } from '@argosy/platform';
import type { AuditEventConnection } from '../../graphql/generated/schema-types.js';
import { connectionOf, idCursor, pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import type { RequestContext } from '../access/request-context.js';
import { AuditRepository } from './audit.repository.js';

export interface Audited {
  readonly action: string;
  readonly targetType: string;
  readonly targetId?: string;
  readonly targetName?: string;
  readonly outcome?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Who did what. Written in the transaction of what was done, so that neither is there without the other. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuditRepository,
  ) {}

  async record(tx: Transaction, { actor, tenantId, correlationId }: RequestContext, event: Audited): Promise<void> {
    await this.repository.add(tx, {
      id: newId(),
      tenantId,
      actorKind: actor.kind,
      actorName: actor.name,
      correlationId,
      outcome: 'done',
      ...event,
    });
  }

  async list(context: RequestContext, first: number, after: string | null | undefined): Promise<AuditEventConnection> {
    const limit = pageSize(first);
    const rows = await this.database.withTenant(context.tenantId, (tx) =>
      this.repository.page(tx, limit + 1, idCursor(after)),
    );
    return connectionOf(rows, limit, ({ id }) => id, Boolean(after));
  }
}
