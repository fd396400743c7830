import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Application } from '../application.js';

export interface Fault {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly correlationId?: string };
}
export interface Answer<Data> {
  readonly status: number;
  readonly data?: Data | null;
  readonly errors?: readonly Fault[];
}

/** A program that speaks to the API as anybody's would. */
export class ApiClient {
  private socket: Client | undefined;

  constructor(
    private readonly app: Pick<Application, 'url'>,
    private readonly token?: string,
  ) {}

  async send<Data = Record<string, unknown>>(query: string, variables: object = {}): Promise<Answer<Data>> {
    const response = await fetch(`${this.app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.authorization },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** The data; throws when there are errors. */
  async ask<Data>(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await this.send<Data>(query, variables);
    if (!data || errors?.length) throw new Error(errors?.map(({ message }) => message).join('\n'));
    return data;
  }

  /** The first field of every event. */
  async *follow<Item>(query: string, variables: object = {}): AsyncGenerator<Item, void, undefined> {
    this.socket ??= createClient({
      url: `${this.app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: this.authorization,
    });
    const events = this.socket.iterate({ query, variables: variables as Record<string, unknown> });
    for await (const { data, errors } of events) {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a test talks to programs whose types it does not have
      if (errors?.length) throw errors;
      yield Object.values(data ?? {})[0] as Item;
    }
  }

  async close(): Promise<void> {
    await this.socket?.dispose();
  }

  private get authorization(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }
}
