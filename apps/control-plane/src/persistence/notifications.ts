import pg from 'pg';
import type { Transaction } from './database.js';
import { Watch } from './watch.js';

/** What happened, by ids alone: whoever hears of it reads it anew with the rights of whoever wants to know. */
export type Notification =
  | {
      readonly kind: 'run';
      readonly tenantId: string;
      readonly runId: string;
      readonly change: 'CREATED' | 'UPDATED' | 'DELETED';
    }
  | { readonly kind: 'log'; readonly tenantId: string; readonly runId: string }
  /** With the id of a session when its agent has just connected. */
  | { readonly kind: 'cluster'; readonly tenantId: string; readonly clusterId: string; readonly sessionId?: string }
  | { readonly kind: 'command'; readonly tenantId: string; readonly clusterId: string };
/** A notification, or `gap`: something may have been missed, so that all must be read anew. */
export type News = Notification | 'gap';

const CHANNEL = 'argosy';
const RECONNECT_MS = 1000;
type Listener = (news: News) => void;

/** Tells every replica what changed, through Postgres. */
export class Notifications {
  private readonly listeners = new Set<Listener>();
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly connectionString: string) {}

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.connectionString, keepAlive: true });
    client.on('notification', ({ payload }) => this.tell(JSON.parse(payload ?? '') as Notification));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.on('end', () => this.reconnect());
    this.client = client;
  }

  /** Whether what other replicas do is heard at the moment. */
  get isListening(): boolean {
    return this.client !== undefined;
  }

  /** Heard by all replicas once the transaction has been committed. */
  async publish(tx: Transaction, notification: Notification): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${JSON.stringify(notification)})`;
  }

  /** As `publish`, in one statement. */
  async publishAll(tx: Transaction, notifications: readonly Notification[]): Promise<void> {
    if (notifications.length === 0) return;
    const payloads = notifications.map((notification) => JSON.stringify(notification));
    await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, payload) FROM unnest(${payloads}::text[]) AS payload`;
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** For a loop that reads what is new: collects the news that concern it. */
  watch(concerns: (notification: Notification) => boolean): Watch<News> {
    const watch = new Watch<News>(() => unsubscribe());
    const unsubscribe = this.subscribe((news) => {
      if (news === 'gap' || concerns(news)) watch.push(news);
    });
    return watch;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.client?.end();
    this.client = undefined;
  }

  private tell(news: News): void {
    for (const listener of this.listeners) listener(news);
  }

  private reconnect(): void {
    if (this.closed) return;
    this.client = undefined;
    this.retry = setTimeout(() => {
      this.start().then(
        () => this.tell('gap'),
        () => this.reconnect(),
      );
    }, RECONNECT_MS);
  }
}
