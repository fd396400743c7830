import { Injectable } from '@nestjs/common';
import type { AgentFact, CommandMessage, Heartbeat, Hello } from '@argosy/link-protocol';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { IngestRepository } from './ingest.repository.js';

/** What a connection of an agent does to the database. */
@Injectable()
export class LinkService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly clusters: ClustersRepository,
    private readonly commands: AgentCommandsRepository,
    private readonly ingest: IngestRepository,
  ) {}

  /** Records the connection; returns the highest stored fact number of the agent's stream. */
  async opened(cluster: ClusterIdentity, hello: Hello): Promise<number> {
    const now = new Date();
    return this.database.withTenant(cluster.tenantId, async (tx) => {
      const { kubernetesVersion, nodes, local } = hello.cluster;
      await this.clusters.update(tx, cluster.clusterId, {
        connected: true,
        connectedAt: now,
        lastSeenAt: now,
        agentVersion: hello.agentVersion,
        kubernetesVersion,
        nodeCount: nodes,
        local,
      });
      await this.notifications.publish(tx, {
        kind: 'cluster',
        tenantId: cluster.tenantId,
        clusterId: cluster.clusterId,
      });
      return this.ingest.storedSeq(tx, cluster.clusterId, hello.streamId);
    });
  }

  async closed(cluster: ClusterIdentity): Promise<void> {
    await this.database.withTenant(cluster.tenantId, async (tx) => {
      await this.clusters.update(tx, cluster.clusterId, { connected: false });
      await this.notifications.publish(tx, {
        kind: 'cluster',
        tenantId: cluster.tenantId,
        clusterId: cluster.clusterId,
      });
    });
  }

  async heard(
    cluster: ClusterIdentity,
    { lagMs, outboxDepth, runningWorkflows, runningPods, pendingPods }: Heartbeat,
  ): Promise<void> {
    await this.database.withTenant(cluster.tenantId, async (tx) => {
      await this.clusters.update(tx, cluster.clusterId, {
        lastSeenAt: new Date(),
        lagMs: Math.round(lagMs),
        outboxDepth,
        runningWorkflows,
        runningPods,
        pendingPods,
      });
      await this.notifications.publish(tx, {
        kind: 'cluster',
        tenantId: cluster.tenantId,
        clusterId: cluster.clusterId,
      });
    });
  }

  /** Applies facts once, with their number, in one transaction. */
  async apply(cluster: ClusterIdentity, streamId: string, seq: number, facts: readonly AgentFact[]): Promise<void> {
    const { tenantId } = cluster;
    await this.database.withTenant(tenantId, async (tx) => {
      if (!(await this.ingest.advance(tx, cluster, streamId, seq))) return;
      const { changedRuns, newRuns, loggedRuns } = await this.ingest.apply(tx, cluster, facts);
      for (const fact of facts) {
        if (fact.kind !== 'commandResult') continue;
        const body = await this.commands.complete(tx, fact.commandId, fact.ok, fact.message);
        if (body?.type === 'CreateWorkflow' && !fact.ok) {
          await tx.run.updateMany({
            where: { id: body.runId, phase: 'SUBMITTED' },
            data: {
              phase: 'ERROR',
              message: fact.message ?? 'the cluster refused the workflow',
              finishedAt: new Date(),
            },
          });
          await this.notifications.publish(tx, { kind: 'run', tenantId, runId: body.runId, change: 'UPDATED' });
        }
      }
      for (const runId of changedRuns)
        await this.notifications.publish(tx, {
          kind: 'run',
          tenantId,
          runId,
          change: newRuns.has(runId) ? 'CREATED' : 'UPDATED',
        });
      for (const runId of loggedRuns) await this.notifications.publish(tx, { kind: 'log', tenantId, runId });
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

  async commandsTaken({ clusterId, tenantId }: ClusterIdentity, seq: number): Promise<void> {
    await this.database.withTenant(tenantId, (tx) => this.commands.taken(tx, clusterId, seq));
  }
}
