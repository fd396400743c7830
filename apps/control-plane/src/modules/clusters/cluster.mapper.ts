import type { Cluster } from '../../graphql/generated/schema-types.js';
import type { ClusterRow } from './clusters.repository.js';

export const clusterOf = (row: ClusterRow): Cluster => ({
  id: row.id,
  name: row.name,
  state: row.connected ? 'CONNECTED' : row.credentialHash ? 'DISCONNECTED' : 'PENDING',
  labels: row.labels,
  local: row.local,
  agentVersion: row.agentVersion,
  kubernetesVersion: row.kubernetesVersion,
  nodeCount: row.nodeCount,
  connectedAt: row.connectedAt?.toISOString(),
  lastSeenAt: row.lastSeenAt?.toISOString(),
  createdAt: row.createdAt.toISOString(),
  lagMs: row.lagMs,
  outboxDepth: row.outboxDepth,
  runningWorkflows: row.runningWorkflows,
  runningPods: row.runningPods,
  pendingPods: row.pendingPods,
  pendingCommands: row.pendingCommands,
});
