export { EmbeddedPostgresError } from './errors.js';
export type { EmbeddedPostgresFailure } from './errors.js';
export { startEmbeddedPostgres } from './launcher.js';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './launcher.js';
export { TemplateDatabase } from './template-database.js';
