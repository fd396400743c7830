import { readFileSync } from 'node:fs';
import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { Request } from 'express';
import { createLogger, Metrics } from '@argosy/platform';
import { CONFIG } from '../config/control-plane.config.js';
import type { ControlPlaneConfig } from '../config/control-plane.config.js';
import { correlationIdOf } from '../http/correlation.js';
import { AuthenticationError } from '../modules/access/access.errors.js';
import { AccessModule } from '../modules/access/access.module.js';
import { Authenticator } from '../modules/access/authenticator.js';
import { depthLimit } from './depth-limit.js';
import { authenticationFault } from './fault.js';
import type { GraphQLContext } from './graphql-context.js';
import { operationPlugin } from './operation.plugin.js';
import { dateTimeScalar, jsonScalar } from './scalars.js';
import { SubscriptionGateway } from './subscription.gateway.js';

/** GraphQL over HTTP and websocket, from the committed schema. */
export function graphqlModule(schemaPath: string): DynamicModule {
  const apollo = GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    imports: [AccessModule],
    inject: [Authenticator, CONFIG, Metrics],
    useFactory: (authenticator: Authenticator, config: ControlPlaneConfig, metrics: Metrics): ApolloDriverConfig => ({
      path: '/graphql',
      typeDefs: readFileSync(schemaPath, 'utf8'),
      resolvers: { DateTime: dateTimeScalar, JSON: jsonScalar },
      // Field resolvers run behind a root field that has let the caller through, so interceptors are for root fields alone.
      fieldResolverEnhancers: [],
      playground: false,
      introspection: true,
      includeStacktraceInErrorResponses: false,
      csrfPrevention: true,
      validationRules: [depthLimit],
      plugins: [
        operationPlugin(
          createLogger('graphql', config.ARGOSY_LOG_LEVEL),
          metrics.duration('argosy_graphql_operation_seconds', 'Time to answer an operation', ['operation', 'outcome']),
        ),
      ],
      context: ({ req }: { req: Request }) => contextOf(authenticator, req),
    }),
  });
  return { module: GraphqlApiModule, imports: [apollo, AccessModule], providers: [SubscriptionGateway] };
}

class GraphqlApiModule {}

async function contextOf(authenticator: Authenticator, request: Request): Promise<GraphQLContext> {
  const correlationId = correlationIdOf(request);
  try {
    return { request: await authenticator.authenticate(request.headers.authorization, correlationId), correlationId };
  } catch (error) {
    throw error instanceof AuthenticationError ? authenticationFault(error) : error;
  }
}
