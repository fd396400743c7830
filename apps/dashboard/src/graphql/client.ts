import { createClient as createSocket } from 'graphql-ws';
import { Client, fetchExchange, subscriptionExchange } from 'urql';
import { currentToken, msUntilExpiry, refresh } from '../session/session.js';

const REFRESH_BEFORE_MS = 60_000;

async function freshToken(): Promise<string | undefined> {
  if (msUntilExpiry() < REFRESH_BEFORE_MS) await refresh();
  return currentToken();
}

const socketUrl = `${window.location.protocol === 'https:' ? 'wss:' : 'ws:'}//${window.location.host}/graphql`;
const socket = createSocket({
  url: socketUrl,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  connectionParams: async () => ({ authorization: `Bearer ${(await freshToken()) ?? ''}` }),
});

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
