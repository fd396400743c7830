export type { ClientNodeKube } from './client-node-kube.js';
export { createClientNodeKube } from './client-node-kube.js';
export type { ClientNodeKubeOptions } from './connection.js';
