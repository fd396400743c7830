import { createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import type { Permission } from './permissions.js';
import type { RequestContext } from './request-context.js';

export const REQUIREMENT_KEY = 'argosy:requirement';
export type Requirement = { readonly permission: Permission } | 'authenticated';

/** Declares what a query, mutation or subscription needs. One without any declaration does not boot. */
export const RequirePermission = (permission: Permission): MethodDecorator =>
  SetMetadata(REQUIREMENT_KEY, { permission } satisfies Requirement);

/** For what every caller may ask who has shown who they are. */
export const Authenticated = (): MethodDecorator => SetMetadata(REQUIREMENT_KEY, 'authenticated' satisfies Requirement);

/** The RequestContext of the caller, in a resolver's parameters. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): RequestContext => {
  const { request } = GqlExecutionContext.create(context).getContext<GraphQLContext>();
  if (!request) throw new Error('A resolver ran for a caller that was not authenticated.');
  return request;
});
