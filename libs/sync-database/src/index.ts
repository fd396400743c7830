export { PostgresLockDatabase } from './postgres-lock-database.js';
export type { PostgresLockDatabaseOptions } from './postgres-lock-database.js';
