import { createClient as createSocket } from 'graphql-ws';
import { Client, fetchExchange, subscriptionExchange } from 'urql';
import { currentToken, msUntilExpiry, refresh } from '../session/session.js';
import { noteClosed, noteConnected } from './link.js';

const REFRESH_BEFORE_MS = 60_000;
const LONGEST_WAIT_MS = 4_000;

async function freshToken(): Promise<string | undefined> {
  if (msUntilExpiry() < REFRESH_BEFORE_MS) await refresh();
  return currentToken();
}

const socketUrl = `${window.location.protocol === 'https:' ? 'wss:' : 'ws:'}//${window.location.host}/graphql`;
const socket = createSocket({
  url: socketUrl,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) =>
    new Promise((resolve) =>
      setTimeout(resolve, Math.min(250 * 2 ** retries, LONGEST_WAIT_MS) * (0.7 + Math.random() * 0.3)),
    ),
  connectionParams: async () => ({ authorization: `Bearer ${(await freshToken()) ?? ''}` }),
  on: { connected: noteConnected, closed: noteClosed },
});

/** Opens the socket anew, with a fresh token; subscriptions go on by themselves. */
export const reconnect = (): void => socket.terminate();

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  requestPolicy: 'network-only',
  fetch: async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${(await freshToken()) ?? ''}`);
    return fetch(input, { ...init, headers });
  },
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink) }),
      }),
    }),
  ],
});
