import { AuthenticationError } from '../modules/access/access.errors.js';
import { HttpException } from '@nestjs/common';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

const INTERNAL = 'INTERNAL_SERVER_ERROR';

/** An error as the caller may see it, and whether it was one that nobody expected. */
export interface Fault {
  readonly shown: GraphQLFormattedError;
  /** What to log: the cause of an unexpected error. */
  readonly unexpected?: unknown;
}

/** What was expected goes out as it is; what was not becomes a number under which the log tells more. */
export function faultOf(error: GraphQLError, correlationId: string): Fault {
  const original = rootOf(error);
  // How the answer is sent over HTTP is no business of the caller's.
  const { http: _http, ...extensions } = error.extensions;
  // The server calls every fault of validation the same; rules of ours have codes of their own.
  const code = (original instanceof GraphQLError && original.extensions.code) || extensions.code;
  const formatted = { ...error.toJSON(), extensions: { ...extensions, ...(code ? { code } : {}) } };
  if (original instanceof AuthenticationError) return { shown: { ...formatted, extensions: { code: original.code } } };
  if (original instanceof HttpException)
    return { shown: { ...formatted, message: original.message, extensions: { code: 'BAD_USER_INPUT' } } };
  if (typeof code === 'string' && code !== INTERNAL) return { shown: formatted };
  // Errors of the language itself (syntax, types of variables) come from the library and have no cause.
  if (original instanceof GraphQLError)
    return { shown: { ...formatted, extensions: { ...extensions, code: 'BAD_USER_INPUT' } } };
  const { locations, path } = formatted;
  return {
    shown: {
      message: 'Something failed on our side.',
      ...(locations ? { locations } : {}),
      ...(path ? { path } : {}),
      extensions: { code: INTERNAL, correlationId },
    },
    unexpected: original,
  };
}

/** What a resolver threw, however often it was wrapped on the way. */
function rootOf(error: GraphQLError): Error {
  let root: Error = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

/** Thrown while the context of an operation is made, where only GraphQL's own errors keep their code. */
export const authenticationFault = ({ message, code }: AuthenticationError): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status: 401 } } });
