import { Injectable } from '@nestjs/common';
import type { CommandMessage, Heartbeat, Hello } from '@argosy/link-protocol';
import { uuidv7 } from 'uuidv7';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { AgentSessionsRepository } from './agent-sessions.repository.js';

export interface OpenedSession {
  readonly sessionId: string;
  /** Highest stored fact number of the agent's stream. */
  readonly storedSeq: number;
  /** An earlier stream of this cluster broke off: what it still had to say is unknown. */
  readonly resync: boolean;
}

/** What a connection of an agent does to the database, but for facts. */
@Injectable()
export class LinkService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly clusters: ClustersRepository,
    private readonly commands: AgentCommandsRepository,
    private readonly sessions: AgentSessionsRepository,
  ) {}

  /** Records the connection, which replaces any other of the same cluster, on whichever replica. */
  async opened(cluster: ClusterIdentity, hello: Hello): Promise<OpenedSession> {
    const { clusterId, tenantId } = cluster;
    const sessionId = uuidv7();
    const now = new Date();
    const { kubernetesVersion, nodes, local } = hello.cluster;
    return this.database.withTenant(tenantId, async (tx) => {
      await this.clusters.update(tx, clusterId, {
        connected: true,
        connectedAt: now,
        lastSeenAt: now,
        agentVersion: hello.agentVersion,
        kubernetesVersion,
        nodeCount: nodes,
        local,
      });
      await this.sessions.replace(tx, { id: sessionId, tenantId, clusterId });
      await this.sessions.raiseCommandSeq(tx, clusterId, hello.lastCommandSeq);
      // Should the acknowledgement have been lost with the last connection.
      await this.commands.taken(tx, clusterId, hello.lastCommandSeq);
      const stream = await this.sessions.stream(tx, clusterId, hello.streamId);
      await this.notifications.publish(tx, { kind: 'cluster', tenantId, clusterId, sessionId });
      return { sessionId, storedSeq: stream.storedSeq, resync: stream.brokeOff };
    });
  }

  async closed(cluster: ClusterIdentity, sessionId: string): Promise<void> {
    await this.database.withTenant(cluster.tenantId, async (tx) => {
      // A session that was replaced has been closed by the one that replaced it, and that one is connected.
      if (!(await this.sessions.close(tx, cluster.clusterId, sessionId))) return;
      await this.clusters.update(tx, cluster.clusterId, { connected: false });
      await this.tell(tx, cluster);
    });
  }

  /** False when another session has taken this one's place. */
  async heard(
    cluster: ClusterIdentity,
    sessionId: string,
    { lagMs, outboxDepth, runningWorkflows, runningPods, pendingPods }: Heartbeat,
  ): Promise<boolean> {
    return this.database.withTenant(cluster.tenantId, async (tx) => {
      if (!(await this.sessions.isOpen(tx, sessionId))) return false;
      await this.clusters.update(tx, cluster.clusterId, {
        lastSeenAt: new Date(),
        lagMs: Math.round(lagMs),
        outboxDepth,
        runningWorkflows,
        runningPods,
        pendingPods,
      });
      await this.tell(tx, cluster);
      return true;
    });
  }

  /** A replica that died could not say that its agents are gone. */
  async closeSilent(since: Date): Promise<void> {
    for (const tenantId of await this.database.forMaintenance((tx) => this.sessions.tenantIds(tx)))
      await this.database.withTenant(tenantId, async (tx) => {
        for (const clusterId of await this.sessions.closeSilent(tx, since))
          await this.notifications.publish(tx, { kind: 'cluster', tenantId, clusterId });
      });
  }

  async pendingCommands(
    { clusterId, tenantId }: ClusterIdentity,
    after: number,
    limit: number,
  ): Promise<CommandMessage[]> {
    const rows = await this.database.withTenant(tenantId, (tx) =>
      this.commands.pendingAfter(tx, clusterId, after, limit),
    );
    return rows.map(({ id, seq, epoch, body }) => ({ t: 'command', id, seq, epoch, body }));
  }

  async commandsTaken(cluster: ClusterIdentity, seq: number): Promise<void> {
    await this.database.withTenant(cluster.tenantId, async (tx) => {
      await this.commands.taken(tx, cluster.clusterId, seq);
      await this.tell(tx, cluster);
    });
  }

  private tell(tx: Transaction, { tenantId, clusterId }: ClusterIdentity): Promise<void> {
    return this.notifications.publish(tx, { kind: 'cluster', tenantId, clusterId });
  }
}
