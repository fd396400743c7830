import { Args, Query, Resolver } from '@nestjs/graphql';
import type { AuditEventConnection } from '../../graphql/generated/schema-types.js';
import type { RequestContext } from '../access/request-context.js';
import { Caller, RequirePermission } from '../access/require-permission.js';
import { AuditService } from './audit.service.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Query('auditEvents')
  @RequirePermission('audit:read')
  auditEvents(
    @Caller() context: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
  ): Promise<AuditEventConnection> {
    return this.audit.list(context, first, after);
  }
}
