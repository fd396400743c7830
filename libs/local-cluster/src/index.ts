export type { KubeHttpOptions, KubeHttpServer } from './http/kube-http-server.js';
export { startKubeHttp } from './http/kube-http-server.js';
export type { FileJournalOptions } from './journal/file-journal.js';
export { FileJournal } from './journal/file-journal.js';
export type { LocalCluster, LocalClusterOptions } from './local-cluster.js';
export { startLocalCluster } from './local-cluster.js';
export type { Isolation, Tier } from './node/isolation/isolation.js';
export type { ProcessNode, ProcessNodeOptions } from './node/process-node.js';
export { startProcessNode } from './node/process-node.js';
