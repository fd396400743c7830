import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import { AccessRepository } from '../modules/access/access.repository.js';
import { SessionsRepository } from '../modules/access/sessions.repository.js';
import { ClustersRepository } from '../modules/clusters/clusters.repository.js';
import { PurgeRepository } from '../modules/runs/purge.repository.js';
import { Database } from '../persistence/database.js';
import { OutboxRepository } from '../persistence/outbox.repository.js';
import { preparePartitions } from '../persistence/partitions.repository.js';
import type { JobQueue } from './job-queue.js';
import type { JobHandlers } from './jobs.js';

const RELAY_BATCH = 100;
const MONTHS_AHEAD = 2;
const DAY_MS = 86_400_000;
/** What an agent still had to tell of a purged run has come by then. */
const TOMBSTONE_MS = 30 * DAY_MS;

/** What the jobs do. */
@Injectable()
export class Maintenance {
  constructor(
    private readonly database: Database,
    private readonly access: AccessRepository,
    private readonly sessions: SessionsRepository,
    private readonly clusters: ClustersRepository,
    private readonly purges: PurgeRepository,
    private readonly outbox: OutboxRepository,
    private readonly clock: Clock,
  ) {}

  handlers(queue: JobQueue): JobHandlers {
    return {
      'sweep-expired': () => this.sweepExpired(),
      'prepare-partitions': () => this.database.forMaintenance((tx) => preparePartitions(tx, MONTHS_AHEAD)),
      'relay-outbox': () => this.relay(queue),
      'clear-purged-run': ({ tenantId, runId }) => this.clearPurgedRun(tenantId, runId),
    };
  }

  async sweepExpired(): Promise<void> {
    const now = this.clock.now();
    for (const tenantId of await this.database.forMaintenance((tx) => this.access.tenantIds(tx)))
      await this.database.withTenant(tenantId, async (tx) => {
        await this.sessions.deleteExpired(tx, now);
        await this.clusters.deleteOldJoinTokens(tx, now);
        await this.purges.forget(tx, new Date(now.getTime() - TOMBSTONE_MS));
      });
  }

  /** Removed only after the queue has them: a crash in between hands them on again, under the same id. */
  async relay(queue: Pick<JobQueue, 'add'>): Promise<void> {
    let taken: number;
    do {
      taken = await this.database.forMaintenance(async (tx) => {
        const entries = await this.outbox.take(tx, RELAY_BATCH);
        for (const { id, job, payload } of entries) await queue.add(job, payload, id);
        await this.outbox.remove(tx, entries);
        return entries.length;
      });
    } while (taken === RELAY_BATCH);
  }

  async clearPurgedRun(tenantId: string, runId: string): Promise<void> {
    while (await this.database.withTenant(tenantId, (tx) => this.purges.clear(tx, runId)));
  }
}
