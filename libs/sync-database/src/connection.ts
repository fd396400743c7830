import pg from 'pg';
import { CHANNEL } from './schema.js';

const PATIENCE_MS = 5_000;
const CONNECTIONS = 4;

/** Connections that give up rather than hang, so that nobody waits for a database that is away. */
export class Connection {
  private readonly pool: pg.Pool;
  private listener: pg.Client | undefined;
  private isClosed = false;

  constructor(
    private readonly connectionString: string,
    private readonly onNotification: (payload: string) => void,
  ) {
    this.pool = new pg.Pool({ ...this.settings(), max: CONNECTIONS });
    // A connection that breaks tells whoever waits for an answer; if nobody does, the next one to need one makes a new one.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.pool.on('error', () => undefined);
  }

  get query(): pg.Pool {
    return this.pool;
  }

  /** Rolled back when `work` throws or resolves to null. */
  async transaction<T>(work: (client: pg.ClientBase) => Promise<T | null>): Promise<T | null> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query(result === null ? 'ROLLBACK' : 'COMMIT');
      return result;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      // What is in an unknown state is not used again; closing it undoes what was not committed.
      client.release(failure);
    }
  }

  /** Hears notifications from now on, unless it does already. @returns whether something may have been missed */
  async listen(): Promise<boolean> {
    if (this.listener || this.isClosed) return false;
    const client = new pg.Client(this.settings());
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => this.onNotification(payload ?? ''));
    client.on('end', () => (this.listener = undefined));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.listener = client;
    return true;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.listener?.end();
    await this.pool.end();
  }

  private settings(): pg.ClientConfig {
    return {
      connectionString: this.connectionString,
      application_name: 'argosy-sync',
      keepAlive: true,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      lock_timeout: PATIENCE_MS,
      idle_in_transaction_session_timeout: PATIENCE_MS,
    };
  }
}
