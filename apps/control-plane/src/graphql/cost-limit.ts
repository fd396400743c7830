import { GraphQLError } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
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

/** Why an operation would cost too much; undefined when it does not. For documents that are valid. */
export function costProblem(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown> | null | undefined,
  operationName: string | null | undefined,
): GraphQLError | undefined {
  const cost = getComplexity({
    schema,
    query,
    variables: variables ?? {},
    ...(operationName ? { operationName } : {}),
    estimators: [pageEstimator, simpleEstimator({ defaultComplexity: 1 })],
  });
  if (cost <= MOST) return undefined;
  return new GraphQLError(
    `The query asks for about ${cost} fields; at most ${MOST} are answered. Ask for smaller pages.`,
    { extensions: { code: 'QUERY_TOO_COSTLY' } },
  );
}
