export type { Isolation, Tier } from './node/isolation/isolation.js';
export type { ProcessNode, ProcessNodeOptions } from './node/process-node.js';
export { startProcessNode } from './node/process-node.js';
