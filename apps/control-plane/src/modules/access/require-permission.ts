import { createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import type { Permission, RequestContext } from './request-context.js';

export const PERMISSION_KEY = 'argosy:permission';

/** Declares what a query, mutation or subscription needs. One without this declaration does not boot. */
export const RequirePermission = (permission: Permission): MethodDecorator => SetMetadata(PERMISSION_KEY, permission);

/** The RequestContext of the caller, in a resolver's parameters. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): RequestContext => {
  const { request } = GqlExecutionContext.create(context).getContext<GraphQLContext>();
  if (!request) throw new Error('A resolver ran for a caller that was not authenticated.');
  return request;
});
