import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type {
  CreateApiTokenInput,
  CreateApiTokenResult,
  RevokeApiTokenResult,
  Viewer,
} from '../../graphql/generated/schema-types.js';
import { AccessService } from './access.service.js';
import type { RequestContext } from './request-context.js';
import { Authenticated, Caller, RequirePermission } from './require-permission.js';

@Resolver()
export class AccessResolver {
  constructor(private readonly access: AccessService) {}

  @Query('viewer')
  @Authenticated()
  viewer(@Caller() context: RequestContext): Promise<Viewer> {
    return this.access.viewer(context);
  }

  @Mutation('createApiToken')
  @RequirePermission('token:create')
  createApiToken(
    @Caller() context: RequestContext,
    @Args('input') input: CreateApiTokenInput,
  ): Promise<CreateApiTokenResult> {
    return this.access.createApiToken(context, input);
  }

  @Mutation('revokeApiToken')
  @RequirePermission('token:revoke')
  revokeApiToken(@Caller() context: RequestContext, @Args('id') id: string): Promise<RevokeApiTokenResult> {
    return this.access.revokeApiToken(context, id);
  }
}
