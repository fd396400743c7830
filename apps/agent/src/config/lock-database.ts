import type { ControllerLogger, LockDatabase } from '@argosy/workflow-controller';
import { PostgresLockDatabase } from '@argosy/sync-database';
import type { Credential } from '../link/credential.js';
import type { AgentConfig } from './agent.config.js';

/** As the tables have it. */
const LONGEST_NAME = 64;

/** Where the locks are that this cluster shares with others; nothing when it shares none. */
export function lockDatabaseOf(
  config: AgentConfig,
  credential: Pick<Credential, 'clusterId' | 'clusterName'>,
  logger: ControllerLogger,
): { readonly lockDatabase?: LockDatabase } {
  if (config.ARGOSY_SYNC_DATABASE_URL === undefined) return {};
  const lockDatabase = new PostgresLockDatabase({
    url: config.ARGOSY_SYNC_DATABASE_URL.reveal(),
    controller: config.ARGOSY_SYNC_CONTROLLER_NAME ?? controllerName(credential),
    pollSeconds: config.ARGOSY_SYNC_POLL_SECONDS,
    heartbeatSeconds: config.ARGOSY_SYNC_HEARTBEAT_SECONDS,
    inactiveControllerSeconds: config.ARGOSY_SYNC_INACTIVE_CONTROLLER_SECONDS,
    logger,
  });
  return { lockDatabase };
}

/** For people to read, and never that of a cluster of another tenant or control plane: two of one name would share their locks. */
export const controllerName = ({ clusterId, clusterName }: Pick<Credential, 'clusterId' | 'clusterName'>): string =>
  `${clusterName.slice(0, LONGEST_NAME - 1 - clusterId.length)}.${clusterId}`;
