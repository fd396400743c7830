export { WorkflowController } from './controller.js';
export type { IntentResult, WorkflowControllerOptions } from './controller.js';
export { InMemoryLockDatabase } from './locks/lock-database.js';
export type { LockDatabase } from './locks/lock-database.js';
export { silentLogger } from './ports.js';
export type { ControllerLogger, LogFields } from './ports.js';
export type { RunSnapshot } from './snapshot.js';
export { NodesUnreadable, withNodes } from './reconcile/node-compression.js';
