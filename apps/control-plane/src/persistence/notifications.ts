import pg from 'pg';
import type { Transaction } from './database.js';

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

const CHANNEL = 'argosy';
const RECONNECT_MS = 1000;
type Listener = (notification: Notification | 'gap') => void;

/** Tells every replica what changed, through Postgres. `gap` means that something may have been missed: read anew. */
export class Notifications {
  private readonly listeners = new Set<Listener>();
  private client: pg.Client | undefined;
  private closed = false;

  constructor(private readonly connectionString: string) {}

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.connectionString });
    client.on('notification', ({ payload }) => this.tell(JSON.parse(payload ?? '') as Notification));
    client.on('error', () => undefined);
    client.on('end', () => this.reconnect());
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    this.client = client;
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

  /** A signal for a loop that reads what is new: resolves at the next notification that concerns it. */
  watch(concerns: (notification: Notification) => boolean): Watch {
    const watch = new Watch();
    const unsubscribe = this.subscribe((notification) => {
      if (notification === 'gap' || concerns(notification)) watch.push(notification);
    });
    watch.onClose = unsubscribe;
    return watch;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end();
  }

  private tell(notification: Notification | 'gap'): void {
    for (const listener of this.listeners) listener(notification);
  }

  private reconnect(): void {
    if (this.closed) return;
    setTimeout(() => {
      this.start().then(
        () => this.tell('gap'),
        () => this.reconnect(),
      );
    }, RECONNECT_MS);
  }
}

/** Notifications that wait to be looked at. */
export class Watch {
  private pending: (Notification | 'gap')[] = [];
  private wake: (() => void) | undefined;
  onClose: () => void = () => undefined;

  push(notification: Notification | 'gap'): void {
    this.pending.push(notification);
    this.wake?.();
  }

  /** All that came since the last call; waits, at most `patienceMs`, when there is none. */
  async next(patienceMs: number): Promise<(Notification | 'gap')[]> {
    if (this.pending.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.wake = () => (clearTimeout(timer), resolve());
      });
      this.wake = undefined;
    }
    const taken = this.pending;
    this.pending = [];
    return taken;
  }

  close(): void {
    this.onClose();
    this.wake?.();
  }
}
