import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

function instant(value: unknown): string {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(time))
    throw new GraphQLError(`${JSON.stringify(value)} is no instant; write it as 2026-01-31T12:00:00Z.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  return new Date(time).toISOString();
}

export const dateTimeScalar = new GraphQLScalarType({
  name: 'DateTime',
  description: 'RFC 3339 instant in UTC.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : instant(value)),
  parseValue: instant,
  parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : undefined),
});

export const jsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
