import { PrismaPg } from '@prisma/adapter-pg';
import type { Prisma } from './generated/client.js';
import { PrismaClient } from './generated/client.js';

/** One transaction of one tenant. */
export type Transaction = Prisma.TransactionClient;

const TRANSACTION_TIMEOUT_MS = 30_000;
const POOL_SIZE = 20;

/** The application's connection. It cannot bypass row-level security: outside of `withTenant` every table looks empty. */
export class Database {
  private readonly client: PrismaClient;

  constructor(connectionString: string) {
    this.client = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: POOL_SIZE }) });
  }

  /** Runs the work in one transaction in which only this tenant's rows exist. */
  withTenant<T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.client.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
        return work(tx);
      },
      { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS },
    );
  }

  /** Calls one of the functions that find the owner of a secret; the only look across tenants. */
  async findOwner<Row>(
    name: 'find_login' | 'find_api_token' | 'find_refresh_token' | 'find_cluster_by_secret',
    secret: string,
  ): Promise<Row[]> {
    return this.client.$queryRawUnsafe<Row[]>(`SELECT * FROM ${name}($1)`, secret);
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
}
