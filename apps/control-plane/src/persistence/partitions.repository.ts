import type { Transaction } from './database.js';

/** Makes the partitions of this month and of as many after it, where they are not there yet. */
export async function preparePartitions(tx: Transaction, monthsAhead: number): Promise<void> {
  await tx.$executeRaw`SELECT prepare_partitions(${monthsAhead}::int)`;
}
