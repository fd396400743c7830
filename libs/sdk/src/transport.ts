import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ArgosyError } from './errors.js';
import type { ArgosyErrorCode } from './errors.js';

export interface TransportOptions {
  /** Address of the control plane, e.g. `https://argosy.example.com`. */
  readonly url: string;
  /** API token or access token; asked anew for every request and connection. */
  readonly token: () => string | undefined;
}

interface GraphQLFault {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly correlationId?: string };
}

const codes: Readonly<Record<string, ArgosyErrorCode>> = {
  UNAUTHENTICATED: 'unauthenticated',
  TOKEN_EXPIRED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not-found',
  PAYLOAD_TOO_LARGE: 'too-large',
  BAD_USER_INPUT: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
};

function faultToError(faults: readonly GraphQLFault[], status?: number): ArgosyError {
  const [first] = faults;
  const code =
    codes[first?.extensions?.code ?? ''] ??
    (status === 401 ? 'unauthenticated' : status === 413 ? 'too-large' : 'server');
  const correlation = first?.extensions?.correlationId;
  const message = first?.message ?? `The server answered with status ${status}.`;
  return new ArgosyError(
    code,
    code === 'server' && correlation ? `${message} (correlation id ${correlation})` : message,
  );
}

const unreachable = (url: string, cause: unknown): ArgosyError =>
  new ArgosyError(
    'unreachable',
    `Cannot reach the control plane at ${url}. Is it running, and is the address right?`,
    [],
    { cause },
  );

/** GraphQL over HTTP for queries and mutations, over a websocket for subscriptions. */
export class Transport {
  private socket: Client | undefined;

  constructor(private readonly options: TransportOptions) {}

  async request<Result, Variables extends object>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const response = await this.post('/graphql', { query: print(document), variables });
    const body = (await response.json().catch(() => undefined)) as
      { data?: Result; errors?: GraphQLFault[]; message?: string } | undefined;
    if (body?.errors?.length) throw faultToError(body.errors, response.status);
    if (body?.data == null) throw faultToError(body?.message ? [{ message: body.message }] : [], response.status);
    return body.data;
  }

  async post(path: string, body: unknown): Promise<Response> {
    const token = this.options.token();
    try {
      return await fetch(new URL(path, this.options.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify(body),
      });
    } catch (cause) {
      throw unreachable(this.options.url, cause);
    }
  }

  /** Ends when the server completes the subscription; throws `unreachable` when the connection breaks. */
  async *subscribe<Result, Variables extends object>(
    document: TypedDocumentNode<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Result, void, undefined> {
    this.socket ??= this.connect();
    const results = this.socket.iterate({ query: print(document), variables: variables as Record<string, unknown> });
    // Ending the iterator here ends a wait too; whoever consumes this generator could only do so between two results.
    const stop = (): void => void results.return?.();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      if (signal?.aborted) return;
      for await (const result of results) {
        if (result.errors?.length) throw faultToError(result.errors);
        if (result.data) yield result.data as Result;
      }
    } catch (error) {
      if (error instanceof ArgosyError) throw error;
      if (Array.isArray(error)) throw faultToError(error as GraphQLFault[]);
      if (isCloseEvent(error) && (error.code === 4401 || error.code === 4403)) {
        throw new ArgosyError('unauthenticated', error.reason || 'Not logged in, or the login has expired.');
      }
      throw unreachable(this.options.url, error);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.socket?.dispose();
    this.socket = undefined;
  }

  private connect(): Client {
    const url = new URL('/graphql', this.options.url);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return createClient({
      url: url.href,
      webSocketImpl: WebSocket,
      // Resuming needs the last cursor, which only the caller knows, so a broken connection is told instead of retried.
      retryAttempts: 0,
      connectionParams: () => ({ authorization: `Bearer ${this.options.token() ?? ''}` }),
    });
  }
}

function isCloseEvent(value: unknown): value is { code: number; reason: string } {
  return typeof value === 'object' && value !== null && 'code' in value && 'reason' in value;
}
