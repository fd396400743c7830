export * from './model/instant.js';
export type * from './model/observation.js';
export type * from './model/command.js';
export type * from './model/intent.js';
export type * from './model/decision.js';
