import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { getComplexity, simpleEstimator } from 'graphql-query-complexity';
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity';

/** Fields an operation may ask for, lists multiplied by their page size. */
const MOST = 200_000;

/** A page costs its size times what is asked of each entry. */
function pageEstimator({ args, childComplexity }: ComplexityEstimatorArgs): number | undefined {
  const { first, last } = args as { first?: unknown; last?: unknown };
  const size = typeof last === 'number' ? last : first;
  return typeof size === 'number' ? 1 + Math.max(1, size) * childComplexity : undefined;
}

/** Refuses operations that would cost too much before anything of them runs. */
export const costLimit: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ request, document, schema }) => {
        const cost = getComplexity({
          schema,
          query: document,
          variables: request.variables ?? {},
          operationName: request.operationName,
          estimators: [pageEstimator, simpleEstimator({ defaultComplexity: 1 })],
        });
        if (cost > MOST)
          throw new GraphQLError(
            `The query asks for about ${cost} fields; at most ${MOST} are answered. Ask for smaller pages.`,
            { extensions: { code: 'QUERY_TOO_COSTLY' } },
          );
        return Promise.resolve();
      },
    }),
};
