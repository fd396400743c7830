export * from './environment.js';
export * from './exit-codes.js';
export * from './paths.js';
export * from './report.js';
