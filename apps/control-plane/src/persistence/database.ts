import { PrismaPg } from '@prisma/adapter-pg';
import type { Prisma } from './generated/client.js';
import { PrismaClient } from './generated/client.js';

/** One transaction, and what row-level security lets it see. Only repositories look inside. */
export type Transaction = Prisma.TransactionClient;

const TRANSACTION_TIMEOUT_MS = 30_000;
const POOL_SIZE = 20;

/**
 * The application's connection. It cannot bypass row-level security: what a transaction sees depends on the settings it
 * starts with, and with none every table looks empty.
 */
export class Database {
  private readonly client: PrismaClient;

  constructor(connectionString: string, poolSize = POOL_SIZE) {
    this.client = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: poolSize }) });
  }

  /** Runs the work in one transaction in which only this tenant's rows exist. */
  withTenant<T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transaction({ 'app.tenant_id': tenantId }, work);
  }

  /** Only rows to which the secret with this hash belongs can be read: how callers without a tenant find theirs. */
  withSecret<T>(hash: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transaction({ 'app.secret_hash': hash }, work);
  }

  /** Only users with this address can be read, in whatever tenant. */
  withLogin<T>(email: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transaction({ 'app.login_email': email }, work);
  }

  /** Only the names of tenants and what they left in the outbox; everything else of theirs takes `withTenant`. */
  forMaintenance<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transaction({ 'app.maintenance': 'on' }, work);
  }

  /** Goes on in the same transaction as the tenant to which a secret has turned out to belong. */
  async enterTenant(tx: Transaction, tenantId: string): Promise<void> {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
  }

  async isAlive(): Promise<boolean> {
    return this.client.$queryRaw`SELECT 1`.then(
      () => true,
      () => false,
    );
  }

  close(): Promise<void> {
    return this.client.$disconnect();
  }

  private transaction<T>(
    settings: Readonly<Record<string, string>>,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.client.$transaction(
      async (tx) => {
        for (const [name, value] of Object.entries(settings))
          await tx.$executeRaw`SELECT set_config(${name}, ${value}, true)`;
        return work(tx);
      },
      { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS },
    );
  }
}
