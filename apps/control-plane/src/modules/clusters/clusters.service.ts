import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import type {
  Cluster,
  ClusterConnection,
  RegisterClusterInput,
  RegisterClusterResult,
} from '../../graphql/generated/schema-types.js';
import { connectionOf, decodeCursor, pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { isUuid } from '../access/access.service.js';
import type { RequestContext } from '../access/request-context.js';
import { hashSecret, newSecret } from '../access/secrets.js';
import { AuditService } from '../audit/audit.service.js';
import { clusterOf } from './cluster.mapper.js';
import { ClustersRepository } from './clusters.repository.js';

const JOIN_TOKEN_HOURS = 24;
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Without news, those who follow a cluster look again after this long. */
const PATIENCE_MS = 30_000;

export interface JoinedCluster {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly credential: string;
}
export interface ClusterIdentity {
  readonly clusterId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly epoch: number;
}
interface SecretOwner {
  readonly cluster_id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly epoch: number;
  readonly by_join_token: boolean | null;
  readonly join_token_expires: Date | null;
}

@Injectable()
export class ClustersService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: ClustersRepository,
    private readonly audit: AuditService,
  ) {}

  async list(context: RequestContext, first: number, after: string | null | undefined): Promise<ClusterConnection> {
    const limit = pageSize(first);
    return this.database.withTenant(context.tenantId, async (tx) => {
      const rows = await this.repository.page(tx, limit + 1, decodeCursor(after));
      const totalCount = await this.repository.count(tx);
      return { ...connectionOf(rows.map(clusterOf), limit, ({ name }) => name, Boolean(after)), totalCount };
    });
  }

  async find(context: RequestContext, key: { id?: string; name?: string }): Promise<Cluster | undefined> {
    if (key.id !== undefined && !isUuid(key.id)) return undefined;
    if (key.id === undefined && key.name === undefined) return undefined;
    const row = await this.database.withTenant(context.tenantId, (tx) => this.repository.find(tx, key));
    return row && clusterOf(row);
  }

  async byIds(context: RequestContext, ids: readonly string[]): Promise<Map<string, Cluster>> {
    const rows = await this.database.withTenant(context.tenantId, (tx) => this.repository.byIds(tx, ids));
    return new Map(rows.map((row) => [row.id, clusterOf(row)]));
  }

  async register(context: RequestContext, { name, labels }: RegisterClusterInput): Promise<RegisterClusterResult> {
    if (!NAME.test(name)) {
      const problem = {
        path: 'name',
        message: `"${name}" is no name for a cluster.`,
        hint: 'lower-case letters, digits and hyphens; 1 to 63 characters; a letter or digit at both ends',
      };
      return { __typename: 'InvalidInput', code: 'INVALID_INPUT', message: problem.message, problems: [problem] };
    }
    const joinToken = newSecret('join');
    const joinTokenExpires = new Date(Date.now() + JOIN_TOKEN_HOURS * 3_600_000);
    const row = await this.database.withTenant(context.tenantId, async (tx) => {
      const id = await this.repository.register(tx, {
        id: uuidv7(),
        tenantId: context.tenantId,
        name,
        labels: (labels ?? {}) as object,
        joinTokenHash: hashSecret(joinToken),
        joinTokenExpires,
      });
      if (id === undefined) return undefined;
      await this.audit.record(tx, context, {
        action: 'cluster.register',
        targetType: 'cluster',
        targetId: id,
        targetName: name,
      });
      await this.notifications.publish(tx, { kind: 'cluster', tenantId: context.tenantId, clusterId: id });
      return this.repository.find(tx, { id });
    });
    if (!row) {
      const problem = {
        path: 'name',
        message: `A cluster called ${name} has joined already.`,
        hint: 'choose another name',
      };
      return { __typename: 'InvalidInput', code: 'INVALID_INPUT', message: problem.message, problems: [problem] };
    }
    return {
      __typename: 'RegisterClusterSuccess',
      cluster: clusterOf(row),
      joinToken,
      joinTokenExpiresAt: joinTokenExpires.toISOString(),
    };
  }

  /** Exchanges a one-time join token for the credential of the cluster's agent; undefined when it is not valid (any more). */
  async exchangeJoinToken(token: string): Promise<JoinedCluster | undefined> {
    const [owner] = await this.database.findOwner<SecretOwner>('find_cluster_by_secret', hashSecret(token));
    if (!owner?.by_join_token || (owner.join_token_expires?.getTime() ?? 0) < Date.now()) return undefined;
    const credential = newSecret('cluster');
    const joined = await this.database.withTenant(owner.tenant_id, (tx) =>
      this.repository.join(tx, owner.cluster_id, hashSecret(token), hashSecret(credential)),
    );
    return joined ? { clusterId: owner.cluster_id, clusterName: owner.name, credential } : undefined;
  }

  /** The cluster whose agent's credential this is; undefined when it is nobody's. */
  async authenticateCluster(credential: string): Promise<ClusterIdentity | undefined> {
    const [owner] = await this.database.findOwner<SecretOwner>('find_cluster_by_secret', hashSecret(credential));
    if (!owner || owner.by_join_token) return undefined;
    return { clusterId: owner.cluster_id, tenantId: owner.tenant_id, name: owner.name, epoch: owner.epoch };
  }

  /** The clusters (or one) as they are now, then after every change. */
  async *changes(context: RequestContext, id: string | null | undefined): AsyncGenerator<Cluster, void, undefined> {
    const watch = this.notifications.watch(
      (notification) =>
        notification.kind === 'cluster' &&
        notification.tenantId === context.tenantId &&
        (!id || notification.clusterId === id),
    );
    try {
      yield* await this.current(context, id ? [id] : undefined);
      for (;;) {
        const news = await watch.next(PATIENCE_MS);
        const gap = news.includes('gap');
        const ids = new Set(
          news.flatMap((notification) =>
            notification !== 'gap' && notification.kind === 'cluster' ? [notification.clusterId] : [],
          ),
        );
        if (gap || ids.size > 0) yield* await this.current(context, gap ? (id ? [id] : undefined) : [...ids]);
      }
    } finally {
      watch.close();
    }
  }

  private async current(context: RequestContext, ids: string[] | undefined): Promise<Cluster[]> {
    if (ids?.some((id) => !isUuid(id))) return [];
    const rows = await this.database.withTenant(context.tenantId, (tx) =>
      ids ? this.repository.byIds(tx, ids) : this.repository.page(tx, 1000, undefined),
    );
    return rows.map(clusterOf);
  }
}
