import type { Forbidden, InputProblem, InvalidInput, NotFound } from './generated/schema-types.js';

type Tagged<T extends { __typename?: string }> = T & { readonly __typename: NonNullable<T['__typename']> };

export const notFound = (message: string): Tagged<NotFound> => ({ __typename: 'NotFound', code: 'NOT_FOUND', message });

export const forbidden = (
  permission: string,
  message = `You may not do this: the permission ${permission} is missing.`,
): Tagged<Forbidden> => ({ __typename: 'Forbidden', code: 'FORBIDDEN', message, permission });

/** `summary` for those who show one sentence only. */
export const invalidInput = (problems: readonly InputProblem[], summary?: string): Tagged<InvalidInput> => ({
  __typename: 'InvalidInput',
  code: 'INVALID_INPUT',
  message: summary ?? problems[0]?.message ?? 'The input is not valid.',
  problems: [...problems],
});
