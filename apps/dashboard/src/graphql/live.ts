import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { AnyVariables, CombinedError } from 'urql';
import { client, reconnect } from './client.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

const isExpired = (error: CombinedError): boolean =>
  error.graphQLErrors.some(({ extensions }) => extensions.code === 'TOKEN_EXPIRED');

/**
 * A subscription that goes on after faults: the server ends it when the token it was opened with has expired, and a new
 * socket brings a new token. Returns what ends it.
 */
export function live<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onData: (data: Data) => void,
): () => void {
  let wait = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: () => void = () => undefined;
  const open = (): void => {
    timer = undefined;
    // urql keeps one source for all who ask the same; it has to let go of the one that failed.
    stop();
    stop = client.subscription(document, variables).subscribe(({ data, error }) => {
      if (data) {
        wait = FIRST_WAIT_MS;
        onData(data);
      }
      if (!error || timer !== undefined) return;
      if (isExpired(error)) reconnect();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }).unsubscribe;
  };
  open();
  return () => {
    clearTimeout(timer);
    stop();
  };
}
