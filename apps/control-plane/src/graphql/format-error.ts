import { unwrapResolverError } from '@apollo/server/errors';
import { HttpException } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { uuidv7 } from 'uuidv7';

/** Set in main: where unexpected failures are told. */
export const unexpected: { log: (error: unknown, correlationId: string) => void } = { log: () => undefined };

/** What was expected goes out as it is; what was not becomes a number under which the log tells more. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const code = formatted.extensions?.code;
  if (original instanceof HttpException)
    return {
      ...formatted,
      message: original.message,
      extensions: { code: original.getStatus() === 401 ? 'UNAUTHENTICATED' : 'BAD_USER_INPUT' },
    };
  if (original instanceof GraphQLError || (code !== undefined && code !== 'INTERNAL_SERVER_ERROR'))
    return { ...formatted, extensions: { ...formatted.extensions, code: code ?? 'BAD_USER_INPUT' } };
  const correlationId = uuidv7();
  unexpected.log(original, correlationId);
  return {
    message: 'Something failed on our side.',
    locations: formatted.locations,
    path: formatted.path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
  };
}
