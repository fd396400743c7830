import type { Clock } from '@argosy/kube';
import { systemClock } from '@argosy/kube';
import type {
  ControllerLogger,
  LockDatabase,
  LockDatabaseEvents,
  SharedClaim,
  SharedView,
} from '@argosy/workflow-controller';
import { silentLogger } from '@argosy/workflow-controller';
import type { LockRef, RunRank } from '@argosy/workflow-engine';
import { ClaimBook } from './claim-book.js';
import { Connection } from './connection.js';
import { LockMirror } from './lock-mirror.js';
import { lockName, lockOfName } from './lock-names.js';
import type { LockRow } from './lock-rows.js';
import { comesFirst, isOf, NOW, readLocks, readOwn } from './lock-rows.js';
import { prepareSchema } from './schema.js';
import { writeClaim } from './write-claim.js';

export interface PostgresLockDatabaseOptions {
  readonly url: string;
  /** Of this cluster and no other; 64 characters at most. */
  readonly controller: string;
  /** How often all is looked at, should a notification have been missed. Default: 10. */
  readonly pollSeconds?: number;
  /** How often the controller says that it lives. Default: 60. */
  readonly heartbeatSeconds?: number;
  /** After how long a silence its runs lose their turns. What they hold, they keep. Default: 600. */
  readonly inactiveControllerSeconds?: number;
  readonly clock?: Clock;
  readonly logger?: ControllerLogger;
}

const RETRY_MS = 1_000;
const INSUFFICIENT_PRIVILEGE = '42501';
/** As the columns are. */
const LONGEST_NAME = 256;
const DEFAULT_POLL_SECONDS = 10;
const DEFAULT_HEARTBEAT_SECONDS = 60;
const DEFAULT_INACTIVE_SECONDS = 600;

/** Locks that the controllers of several clusters share, in the tables of Argo. */
export class PostgresLockDatabase implements LockDatabase {
  private readonly clock: Clock;
  private readonly logger: ControllerLogger;
  private readonly controller: string;
  private readonly inactiveSeconds: number;
  private readonly heartbeatMs: number;
  private readonly pollMs: number;
  private readonly connection: Connection;
  private readonly mirror: LockMirror;
  private readonly book: ClaimBook;
  private events: LockDatabaseEvents | undefined;
  /** The first attempt to reach the database. */
  private opened: Promise<void> = Promise.resolve();
  private looking: Promise<void> | undefined;
  private cancelLook: (() => void) | undefined;
  private isPrepared = false;
  private isReachable = false;
  private isClosed = false;
  private beatAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PostgresLockDatabaseOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.controller = options.controller;
    this.inactiveSeconds = options.inactiveControllerSeconds ?? DEFAULT_INACTIVE_SECONDS;
    this.heartbeatMs = (options.heartbeatSeconds ?? DEFAULT_HEARTBEAT_SECONDS) * 1000;
    this.pollMs = Math.min((options.pollSeconds ?? DEFAULT_POLL_SECONDS) * 1000, this.heartbeatMs);
    this.connection = new Connection(options.url, (name) => this.heard(name));
    this.mirror = new LockMirror(
      (names) => readLocks(this.connection.query, names, this.inactiveSeconds),
      (name) => this.tellChanged(name),
    );
    this.book = new ClaimBook((run, claim, mode) =>
      this.connection.transaction((client) =>
        writeClaim(client, { controller: this.controller, inactiveSeconds: this.inactiveSeconds }, run, claim, mode),
      ),
    );
  }

  open(events: LockDatabaseEvents): void {
    this.events = events;
    this.opened = this.look();
  }

  view(lock: LockRef, run: RunRank): SharedView | undefined {
    const name = lockName(lock);
    if (name.length > LONGEST_NAME) return { limit: undefined, holders: [], isFirst: true };
    const known = this.mirror.get(name);
    if (!known) return undefined;
    const others = known.rows.filter((row) => row.held && !isOf(row, this.controller, run.run));
    const holders = others.map((row) => this.holderOf(row));
    if (!this.isReachable) return { limit: known.limit ?? 0, holders, isFirst: false };
    return { limit: known.limit, holders, isFirst: comesFirst(known, run, this.controller) };
  }

  async follow(lock: LockRef): Promise<void> {
    await this.opened;
    const name = lockName(lock);
    try {
      if (this.isReachable) await this.mirror.refresh([name]);
    } catch (error) {
      this.lostTouch(error);
    }
    this.mirror.assumeNothing(name);
  }

  async take(claim: SharedClaim): Promise<boolean> {
    if (!this.isReachable) return false;
    const names = claim.holding.map(({ lock }) => lockName(lock));
    try {
      const isTaken = await this.book.take(claim);
      if (!isTaken) await this.mirror.refresh(names);
      return isTaken;
    } catch (error) {
      this.lostTouch(error);
      return false;
    }
  }

  settle(run: string, claim: SharedClaim | null): void {
    if (this.isClosed) return;
    this.book.want(run, claim);
    if (!this.isReachable || !this.book.isDue(run)) return;
    this.flush(run).catch((error: unknown) => this.lostTouch(error));
  }

  /** What is under way is ended, and what can be let go is. Whatever the runs hold, they keep. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelLook?.();
    await this.looking;
    await this.book.idle();
    await this.connection.close();
  }

  private async flush(run: string): Promise<void> {
    for (const name of await this.book.flush(run)) {
      const lock = lockOfName(name);
      if (lock) this.events?.lost(run, lock);
    }
  }

  /** Compares everything with the database; again and again, as long as this controller lives. */
  private look(): Promise<void> {
    this.cancelLook?.();
    this.looking ??= this.lookOnce()
      .then(
        () => this.reached(),
        (error: unknown) => this.lostTouch(error),
      )
      .finally(() => {
        this.looking = undefined;
        this.planLook(this.isReachable ? this.pollMs : RETRY_MS);
      });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    if (!this.isPrepared) await this.prepare();
    this.isPrepared = true;
    await this.beat();
    await this.listen();
    const due = this.book.compare(await readOwn(this.connection.query, this.controller));
    await Promise.all(due.map((run) => this.flush(run)));
    const needed = this.book.names();
    this.mirror.forgetUnused(needed);
    await this.mirror.refresh([...needed, ...this.mirror.names()]);
  }

  /** Who may not change the schema uses it as somebody else has made it. */
  private async prepare(): Promise<void> {
    try {
      await this.connection.transaction((client) => prepareSchema(client).then(() => true));
    } catch (error) {
      if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error;
      this.logger.warn({ err: error }, 'May not prepare the synchronization database; using it as it is');
    }
  }

  private async beat(): Promise<void> {
    if (this.isReachable && this.clock.now() - this.beatAtMs < this.heartbeatMs) return;
    const { query } = this.connection;
    await query.query(
      `INSERT INTO sync_controller (controller, time) VALUES ($1, ${NOW})
       ON CONFLICT (controller) DO UPDATE SET time = excluded.time`,
      [this.controller],
    );
    // What a controller of Argo left when it died while it looked at a lock.
    await query.query(
      `DELETE FROM sync_lock WHERE controller = $1 OR controller IN (
         SELECT controller FROM sync_controller WHERE time <= ${NOW} - $2 * interval '1 second'
       )`,
      [this.controller, this.inactiveSeconds],
    );
    this.beatAtMs = this.clock.now();
  }

  /** There are ways to a database on which nobody hears anything; then looking has to do. */
  private async listen(): Promise<void> {
    try {
      await this.connection.listen();
    } catch (error) {
      this.logger.warn({ err: error }, 'Cannot listen to the synchronization database; looking at times instead');
    }
  }

  private heard(name: string): void {
    if (this.mirror.has(name)) this.mirror.refresh([name]).catch((error: unknown) => this.lostTouch(error));
  }

  private reached(): void {
    if (this.isReachable) return;
    this.isReachable = true;
    this.logger.info({ controller: this.controller }, 'The synchronization database is there');
    for (const name of this.mirror.names()) this.tellChanged(name);
    for (const run of this.book.due()) this.flush(run).catch((error: unknown) => this.lostTouch(error));
  }

  private lostTouch(error: unknown): void {
    if (this.isClosed) return;
    if (this.isReachable || !this.isPrepared)
      this.logger.warn({ err: error }, 'The synchronization database is away; who needs its locks waits');
    this.isReachable = false;
    if (!this.looking) this.planLook(RETRY_MS);
  }

  private planLook(delayMs: number): void {
    this.cancelLook?.();
    if (!this.isClosed) this.cancelLook = this.clock.after(delayMs, () => void this.look());
  }

  private tellChanged(name: string): void {
    const lock = lockOfName(name);
    if (lock) this.events?.changed(lock);
  }

  /** Runs of the same name in two clusters are two. */
  private holderOf({ controller, key }: LockRow): string {
    return controller === this.controller ? key : `${controller}:${key}`;
  }
}
