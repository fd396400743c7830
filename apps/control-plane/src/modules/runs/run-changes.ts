import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { RunChangeType, RunFilter } from '../../graphql/generated/schema-types.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { News } from '../../persistence/notifications.js';
import { endingWith } from '../../persistence/watch.js';
import type { Watch } from '../../persistence/watch.js';
import { LiveCaller } from '../access/live-caller.js';
import type { RequestContext } from '../access/request-context.js';
import { PurgeRepository } from './purge.repository.js';
import { mayOn, visibleRun } from './run-access.js';
import { purgedRunOf, runOf } from './run.mapper.js';
import type { RunFields } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';

type RunChange = ResolversTypes['RunChange'];

/** Without news, the caller's rights are looked up again after this long. */
const PATIENCE_MS = 30_000;

/** Runs as they change. Every state is read anew with the rights that the caller has by then. */
@Injectable()
export class RunChanges {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: RunsRepository,
    private readonly purges: PurgeRepository,
    private readonly clock: Clock,
  ) {}

  /** The run as it is now, then after every change; ends when it is purged or not there. */
  ofRun(context: RequestContext, id: string): AsyncGenerator<RunFields, void, undefined> {
    const watch = this.notifications.watch((notification) => notification.kind === 'run' && notification.runId === id);
    return endingWith(watch, this.states(this.caller(context), watch, id));
  }

  /** Every run that matches, as it changes. */
  ofRuns(context: RequestContext, filter: RunFilter): AsyncGenerator<RunChange, void, undefined> {
    const watch = this.notifications.watch(
      (notification) => notification.kind === 'run' && notification.tenantId === context.tenantId,
    );
    return endingWith(watch, this.changes(this.caller(context), watch, filter));
  }

  private caller(context: RequestContext): LiveCaller {
    return new LiveCaller(context, 'run:read', this.clock);
  }

  private async *states(
    caller: LiveCaller,
    watch: Watch<News>,
    id: string,
  ): AsyncGenerator<RunFields, void, undefined> {
    let sent: bigint | undefined;
    for (let news: News[] | undefined = ['gap']; news; news = await watch.next(PATIENCE_MS)) {
      const context = await caller.current();
      if (news.length === 0) continue;
      const row = await this.database.withTenant(context.tenantId, (tx) =>
        visibleRun(tx, context, this.repository, id),
      );
      if (!row) return;
      if (row.version === sent) continue;
      sent = row.version;
      yield runOf(row);
    }
  }

  private async *changes(
    caller: LiveCaller,
    watch: Watch<News>,
    filter: RunFilter,
  ): AsyncGenerator<RunChange, void, undefined> {
    for (let news = await watch.next(PATIENCE_MS); news; news = await watch.next(PATIENCE_MS)) {
      const context = await caller.current();
      const latest = latestOf(news);
      if (latest.size > 0) yield* await this.read(context, filter, latest);
    }
  }

  private async read(
    context: RequestContext,
    filter: RunFilter,
    latest: ReadonlyMap<string, RunChangeType>,
  ): Promise<RunChange[]> {
    const idsOf = (isDeleted: boolean): string[] =>
      [...latest].flatMap(([id, type]) => ((type === 'DELETED') === isDeleted ? [id] : []));
    const reach = context.rights.reach('run:read');
    return this.database.withTenant(context.tenantId, async (tx) => {
      const rows = await this.repository.matching(tx, reach, filter, idsOf(false));
      const buried = await this.purges.buried(tx, idsOf(true));
      return [
        ...rows.map((row) => ({ type: latest.get(row.id) ?? 'UPDATED', run: runOf(row) })),
        ...buried
          .filter((row) => mayOn(context, 'run:read', row))
          .map((row) => ({ type: 'DELETED' as const, run: purgedRunOf(row) })),
      ];
    });
  }
}

/** Several changes of one run that wait together are one to those who look. */
function latestOf(news: readonly News[]): Map<string, RunChangeType> {
  const latest = new Map<string, RunChangeType>();
  for (const one of news) {
    if (one === 'gap' || one.kind !== 'run') continue;
    const isNew = latest.get(one.runId) === 'CREATED' && one.change === 'UPDATED';
    latest.set(one.runId, isNew ? 'CREATED' : one.change);
  }
  return latest;
}
