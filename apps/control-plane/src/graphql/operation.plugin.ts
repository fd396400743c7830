import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Histogram, Logger } from '@argosy/platform';
import { GraphQLError, Kind, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { costProblem } from './cost-limit.js';
import { faultOf } from './fault.js';
import type { GraphQLContext } from './graphql-context.js';

/** Limits, error reporting and timing of what comes over HTTP. */
export function operationPlugin(
  logger: Logger,
  durations: Histogram<'operation' | 'outcome'>,
): ApolloServerPlugin<GraphQLContext> {
  const listener = (): GraphQLRequestListener<GraphQLContext> => {
    const stop = durations.startTimer();
    return {
      didResolveOperation: ({ request, document, schema, contextValue }) => {
        if (!contextValue.request && asksForSchema(document))
          throw new GraphQLError('Log in to ask for the schema.', { extensions: { code: 'UNAUTHENTICATED' } });
        const problem = costProblem(schema, document, request.variables, request.operationName);
        if (problem) throw problem;
        return Promise.resolve();
      },
      willSendResponse: ({ contextValue: { correlationId }, errors, response, operation }) => {
        stop({ operation: operation?.operation ?? 'none', outcome: errors?.length ? 'errors' : 'ok' });
        if (!errors || response.body.kind !== 'single') return Promise.resolve();
        const faults = errors.map((error) => faultOf(error, correlationId));
        for (const { unexpected: err } of faults)
          if (err !== undefined) logger.error({ err, correlationId }, 'An operation failed unexpectedly');
        response.body.singleResult.errors = faults.map(({ shown }) => shown);
        return Promise.resolve();
      },
    };
  };
  return { requestDidStart: () => Promise.resolve(listener()) };
}

function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]({ name }) {
      found ||= name.value === '__schema' || name.value === '__type';
    },
  });
  return found;
}
