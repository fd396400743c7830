import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import type { Request } from 'express';
import { readFileSync } from 'node:fs';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import depthLimit from 'graphql-depth-limit';
import { uuidv7 } from 'uuidv7';
import { AccessModule } from '../modules/access/access.module.js';
import { AuthenticationError, AuthenticationService } from '../modules/access/authentication.service.js';
import { costLimit } from './cost-limit.js';
import { formatError } from './format-error.js';
import type { GraphQLContext } from './graphql-context.js';
import { dateTimeScalar, jsonScalar } from './scalars.js';

const DEEPEST = 12;

interface SocketContext {
  readonly connectionParams?: { readonly authorization?: string; readonly Authorization?: string };
  readonly extra?: { request?: Request };
}

/** GraphQL over HTTP and websocket, from the committed schema. */
export function graphqlModule(schemaPath: string): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    imports: [AccessModule],
    inject: [AuthenticationService],
    useFactory: (authentication: AuthenticationService): ApolloDriverConfig => ({
      path: '/graphql',
      typeDefs: readFileSync(schemaPath, 'utf8'),
      resolvers: { DateTime: dateTimeScalar, JSON: jsonScalar },
      // Field resolvers run behind a root field that has been let through, so guards are for root fields alone.
      fieldResolverEnhancers: [],
      playground: false,
      introspection: true,
      includeStacktraceInErrorResponses: false,
      csrfPrevention: true,
      validationRules: [depthLimit(DEEPEST)],
      plugins: [costLimit],
      formatError,
      subscriptions: { 'graphql-ws': { path: '/graphql' } },
      context: (input: { req?: Request } & SocketContext): Promise<GraphQLContext> => contextOf(input, authentication),
    }),
  });
}

async function contextOf(
  { req, connectionParams }: { req?: Request } & SocketContext,
  authentication: AuthenticationService,
): Promise<GraphQLContext> {
  const authorization =
    connectionParams?.authorization ?? connectionParams?.Authorization ?? req?.headers?.authorization;
  const given = req?.headers?.['x-correlation-id'];
  const correlationId = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : uuidv7();
  try {
    return { request: await authentication.authenticate(authorization, correlationId), correlationId };
  } catch (error) {
    if (error instanceof AuthenticationError)
      throw new GraphQLError(error.message, { extensions: { code: error.code, http: { status: 401 } } });
    throw error;
  }
}
