import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor, OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { getNamedType, GraphQLError, isUnionType } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import { forbidden } from '../../graphql/user-errors.js';
import { REQUIREMENT_KEY } from './require-permission.js';
import type { Requirement } from './require-permission.js';

const RESOLVER_TYPE = 'graphql:resolver_type';
const ROOT_TYPES = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * Default deny: lets a caller through to a field only with the permission that the field declares, in some place at least;
 * services check the place. An interceptor and no guard, because a field whose result has a Forbidden answers with that.
 */
@Injectable()
export class AccessInterceptor implements NestInterceptor, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** A field that declares nothing must not boot, because nobody would notice that it is open or dead. */
  onModuleInit(): void {
    const undeclared = this.discovery
      .getProviders()
      .flatMap(({ instance, metatype }) => (metatype ? this.undeclaredOf(instance, metatype.name) : []));
    if (undeclared.length > 0)
      throw new Error(`These resolvers declare no permission: ${undeclared.join(', ')}. Use @RequirePermission.`);
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Controllers are for those who have not logged in yet: login, joining, health.
    if (execution.getType<string>() !== 'graphql') return next.handle();
    const context = GqlExecutionContext.create(execution);
    const { request } = context.getContext<GraphQLContext>();
    if (!request)
      throw new GraphQLError('Not logged in. Send an access token or an API token as Authorization: Bearer.', {
        extensions: { code: 'UNAUTHENTICATED' },
      });
    const requirement = this.reflector.get<Requirement>(REQUIREMENT_KEY, execution.getHandler());
    if (requirement === 'authenticated' || request.rights.anywhere(requirement.permission)) return next.handle();
    const answer = forbidden(requirement.permission);
    if (mayAnswerForbidden(context.getInfo<GraphQLResolveInfo>())) return of(answer);
    throw new GraphQLError(answer.message, { extensions: { code: answer.code, permission: answer.permission } });
  }

  private undeclaredOf(instance: unknown, className: string): string[] {
    if (typeof instance !== 'object' || instance === null) return [];
    const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => {
        const method = prototype[name];
        return (
          method !== undefined &&
          ROOT_TYPES.has(Reflect.getMetadata(RESOLVER_TYPE, method) as string) &&
          this.reflector.get<Requirement | undefined>(REQUIREMENT_KEY, method) === undefined
        );
      })
      .map((name) => `${className}.${name}`);
  }
}

function mayAnswerForbidden({ returnType }: GraphQLResolveInfo): boolean {
  const type = getNamedType(returnType);
  return isUnionType(type) && type.getTypes().some(({ name }) => name === 'Forbidden');
}
