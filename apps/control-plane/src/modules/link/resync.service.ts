import { Injectable } from '@nestjs/common';
import type { Digests } from '@argosy/link-protocol';
import { runDigest } from '@argosy/link-protocol';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { ClusterIdentity } from '../clusters/clusters.service.js';
import { AgentCommandsRepository } from '../runs/agent-commands.repository.js';
import { fromRunPhase } from './fact-batch.js';
import { IngestRepository } from './ingest.repository.js';
import { ResyncRepository } from './resync.repository.js';

const RUNS_PER_COMMAND = 200;

/** After a gap: finds the runs of which cluster and history do not say the same, and asks the agent for those alone. */
@Injectable()
export class ResyncService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly commands: AgentCommandsRepository,
    private readonly repository: ResyncRepository,
    private readonly ingest: IngestRepository,
  ) {}

  async compare({ tenantId, clusterId }: ClusterIdentity, runs: Digests['runs']): Promise<void> {
    await this.database.withTenant(tenantId, async (tx) => {
      const stored = await this.repository.byUids(
        tx,
        clusterId,
        runs.map(({ uid }) => uid),
      );
      const byUid = new Map(stored.map((run) => [run.uid, run]));
      const different: string[] = [];
      for (const { uid, digest } of runs) {
        const run = byUid.get(uid);
        const known = run && runDigest(fromRunPhase(run.phase), await this.repository.nodesOf(tx, run.id));
        if (known !== digest) different.push(uid);
      }
      for (let start = 0; start < different.length; start += RUNS_PER_COMMAND) {
        const uids = different.slice(start, start + RUNS_PER_COMMAND);
        await this.commands.append(tx, tenantId, clusterId, { type: 'ResyncRuns', uids });
      }
    });
  }

  /** Runs that the cluster did not name are not there any more. */
  async closeAbsent({ tenantId, clusterId }: ClusterIdentity, named: ReadonlySet<string>): Promise<void> {
    await this.database.withTenant(tenantId, async (tx) => {
      const present = await this.repository.presentUids(tx, clusterId);
      const at = new Date().toISOString();
      const absent = present.filter((uid) => !named.has(uid)).map((uid) => ({ uid, at }));
      if (absent.length === 0) return;
      const ids = await this.ingest.markDeleted(tx, clusterId, absent);
      await this.notifications.publishAll(
        tx,
        ids.map((runId) => ({ kind: 'run', tenantId, runId, change: 'UPDATED' })),
      );
    });
  }
}
