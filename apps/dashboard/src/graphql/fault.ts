import type { CombinedError } from 'urql';

/** A sentence for the person: what the server said, or that it said nothing. */
export const faultText = (error: CombinedError | undefined): string =>
  error?.graphQLErrors[0]?.message ?? 'The server does not answer.';
