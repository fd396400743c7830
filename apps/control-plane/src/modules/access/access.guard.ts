import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext, OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import type { GraphQLContext } from '../../graphql/graphql-context.js';
import type { Permission } from './request-context.js';
import { PERMISSION_KEY } from './require-permission.js';

const RESOLVER_TYPE = 'graphql:resolver_type';
const ROOT_TYPES = new Set(['Query', 'Mutation', 'Subscription']);

/** Default deny: lets a caller through to a field only with the permission that the field declares. */
@Injectable()
export class AccessGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** A field that declares no permission must not boot, because nobody would notice that it is open or dead. */
  onModuleInit(): void {
    const open = this.discovery.getProviders().flatMap(({ instance, metatype }) => {
      const prototype =
        instance && typeof instance === 'object'
          ? (Object.getPrototypeOf(instance) as Record<string, object>)
          : undefined;
      if (!prototype || !metatype) return [];
      return this.scanner
        .getAllMethodNames(prototype)
        .filter(
          (name) =>
            ROOT_TYPES.has(Reflect.getMetadata(RESOLVER_TYPE, prototype[name] as object) as string) &&
            !this.reflector.get(PERMISSION_KEY, prototype[name] as never),
        )
        .map((name) => `${metatype.name}.${name}`);
    });
    if (open.length > 0) throw new Error(`These resolvers declare no permission: ${open.join(', ')}`);
  }

  canActivate(context: ExecutionContext): boolean {
    // Controllers check for themselves: logging in, joining and health are for those who have no session yet.
    if (context.getType<string>() !== 'graphql') return true;
    const permission = this.reflector.get<Permission | undefined>(PERMISSION_KEY, context.getHandler());
    const { request } = GqlExecutionContext.create(context).getContext<GraphQLContext>();
    if (!request)
      throw new GraphQLError('Not logged in. Send an access token or an API token as Authorization: Bearer.', {
        extensions: { code: 'UNAUTHENTICATED' },
      });
    if (permission && request.permissions.has(permission)) return true;
    throw new GraphQLError(`You may not do this: the permission ${permission} is missing.`, {
      extensions: { code: 'FORBIDDEN', permission },
    });
  }
}
