export { ConfigError, EXIT_CONFIG, readConfig } from './config.js';
export { onEnd, sayFailed, sayReady } from './lifetime.js';
export { createLogger } from './logger.js';
export type { Logger } from './logger.js';
