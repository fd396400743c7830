import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import type { Cluster } from '../../graphql/generated/schema-types.js';
import { Notifications } from '../../persistence/notifications.js';
import type { News } from '../../persistence/notifications.js';
import { endingWith } from '../../persistence/watch.js';
import type { Watch } from '../../persistence/watch.js';
import { LiveCaller } from '../access/live-caller.js';
import type { RequestContext } from '../access/request-context.js';
import { ClustersService } from './clusters.service.js';

/** Without news, the caller's rights are looked up again after this long. */
const PATIENCE_MS = 30_000;

/** Clusters as they are now, then after every change. */
@Injectable()
export class ClusterChanges {
  constructor(
    private readonly clusters: ClustersService,
    private readonly notifications: Notifications,
    private readonly clock: Clock,
  ) {}

  /** Of one cluster, or of all. */
  follow(context: RequestContext, id: string | undefined): AsyncGenerator<Cluster, void, undefined> {
    const watch = this.notifications.watch(
      (notification) =>
        notification.kind === 'cluster' &&
        notification.tenantId === context.tenantId &&
        (id === undefined || notification.clusterId === id),
    );
    const all = id === undefined ? undefined : [id];
    return endingWith(watch, this.items(new LiveCaller(context, 'cluster:read', this.clock), watch, all));
  }

  private async *items(
    caller: LiveCaller,
    watch: Watch<News>,
    all: readonly string[] | undefined,
  ): AsyncGenerator<Cluster, void, undefined> {
    yield* await this.clusters.current(await caller.current(), all);
    for (let news = await watch.next(PATIENCE_MS); news; news = await watch.next(PATIENCE_MS)) {
      const context = await caller.current();
      const changed = new Set(news.flatMap((one) => (one !== 'gap' && one.kind === 'cluster' ? [one.clusterId] : [])));
      if (news.includes('gap')) yield* await this.clusters.current(context, all);
      else if (changed.size > 0) yield* await this.clusters.current(context, [...changed]);
    }
  }
}
