import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@argosy/platform';
import { silentLogger } from '@argosy/workflow-controller';
import { agentConfig } from './agent.config.js';
import { controllerName, lockDatabaseOf } from './lock-database.js';

const given = (environment: Record<string, string>) =>
  readConfig(agentConfig, {
    ARGOSY_CONTROL_PLANE_URL: 'http://localhost',
    ARGOSY_AGENT_DATA_DIR: '/data',
    ...environment,
  });
const cluster = { clusterId: '0198c0de-0000-7000-8000-000000000001', clusterName: 'east' };
const url = 'postgres://user:password@localhost:1/locks';

describe('the database of shared locks', () => {
  it('is there when it has an address', async () => {
    expect(lockDatabaseOf(given({}), cluster, silentLogger)).toEqual({});
    const { lockDatabase } = lockDatabaseOf(given({ ARGOSY_SYNC_DATABASE_URL: url }), cluster, silentLogger);
    expect(lockDatabase?.view({ type: 'mutex', key: 'ns/Database/m' }, RANK)).toBeUndefined();
    await lockDatabase?.close();
  });

  it('knows a cluster by a name that is its own and not too long', () => {
    expect(controllerName(cluster)).toBe('east.0198c0de-0000-7000-8000-000000000001');
    const long = { ...cluster, clusterName: 'x'.repeat(100) };
    expect(controllerName(long)).toHaveLength(64);
    expect(controllerName(long)).toContain(`.${cluster.clusterId}`);
  });

  it('refuses what cannot work, and says why', () => {
    const refused = (environment: Record<string, string>) => () =>
      given({ ARGOSY_SYNC_DATABASE_URL: url, ...environment });
    expect(refused({ ARGOSY_SYNC_CONTROLLER_NAME: 'x'.repeat(65) })).toThrow('ARGOSY_SYNC_CONTROLLER_NAME');
    expect(refused({ ARGOSY_SYNC_POLL_SECONDS: '0' })).toThrow('ARGOSY_SYNC_POLL_SECONDS');
    expect(refused({ ARGOSY_SYNC_HEARTBEAT_SECONDS: '600' })).toThrow('must be longer than two heartbeats');
  });
});

const RANK = { run: 'ns/wf', priority: 0, createdAt: '2026-01-01T00:00:00Z' };
