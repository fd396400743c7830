import { Injectable } from '@nestjs/common';
import { Clock, isId, newId } from '@argosy/platform';
import type {
  Cluster,
  ClusterConnection,
  InputProblem,
  RegisterClusterInput,
  RegisterClusterResult,
} from '../../graphql/generated/schema-types.js';
import { connectionOf, decodeCursor, pageSize } from '../../graphql/connection.js';
import { forbidden, invalidInput } from '../../graphql/user-errors.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { RequestContext } from '../access/request-context.js';
import { EVERYWHERE } from '../access/rights.js';
import { hashSecret, newSecret } from '../access/secrets.js';
import { AuditService } from '../audit/audit.service.js';
import { clusterOf } from './cluster.mapper.js';
import { ClustersRepository } from './clusters.repository.js';

const JOIN_TOKEN_MS = 24 * 3_600_000;
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Means that placement chooses. */
const RESERVED_NAME = 'any';

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

@Injectable()
export class ClustersService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: ClustersRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list(
    { tenantId, rights }: RequestContext,
    first: number,
    after: string | null | undefined,
  ): Promise<ClusterConnection> {
    const limit = pageSize(first);
    const reach = rights.reach('cluster:read');
    return this.database.withTenant(tenantId, async (tx) => {
      const rows = await this.repository.page(tx, reach, limit + 1, decodeCursor(after));
      const totalCount = await this.repository.count(tx, reach);
      return { ...connectionOf(rows.map(clusterOf), limit, ({ name }) => name, Boolean(after)), totalCount };
    });
  }

  async find(context: RequestContext, key: { id?: string; name?: string }): Promise<Cluster | undefined> {
    if (key.id !== undefined && !isId(key.id)) return undefined;
    if (key.id === undefined && key.name === undefined) return undefined;
    const row = await this.database.withTenant(context.tenantId, (tx) => this.repository.find(tx, key));
    return row && maySee(context, row.id) ? clusterOf(row) : undefined;
  }

  /** For those who have seen something that is there: whoever may see a run may see its cluster. */
  async byIds({ tenantId }: RequestContext, ids: readonly string[]): Promise<Map<string, Cluster>> {
    const rows = await this.database.withTenant(tenantId, (tx) => this.repository.byIds(tx, ids));
    return new Map(rows.map((row) => [row.id, clusterOf(row)]));
  }

  /** As they are now; those that may not be seen or are not there are left out. All when `ids` is undefined. */
  async current(context: RequestContext, ids: readonly string[] | undefined): Promise<Cluster[]> {
    const rows = await this.database.withTenant(context.tenantId, (tx) =>
      ids
        ? this.repository.byIds(tx, ids.filter(isId))
        : this.repository.page(tx, EVERYWHERE, Number.MAX_SAFE_INTEGER, undefined),
    );
    return rows.filter(({ id }) => maySee(context, id)).map(clusterOf);
  }

  async register(context: RequestContext, { name, labels }: RegisterClusterInput): Promise<RegisterClusterResult> {
    const { tenantId, rights } = context;
    if (!rights.everywhere('cluster:register')) return forbidden('cluster:register');
    const problems = problemsOf(name, labels);
    if (problems.length > 0) return invalidInput(problems);
    const joinToken = newSecret('join');
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + JOIN_TOKEN_MS);
    const row = await this.database.withTenant(tenantId, async (tx) => {
      const cluster = { id: newId(), tenantId, name, labels: (labels ?? {}) as Record<string, string> };
      const id = await this.repository.register(tx, cluster);
      if (id === undefined) return undefined;
      const token = { hash: hashSecret(joinToken), tenantId, clusterId: id, createdAt, expiresAt };
      await this.repository.giveJoinToken(tx, token);
      await this.audit.record(tx, context, {
        action: 'cluster.register',
        targetType: 'cluster',
        targetId: id,
        targetName: name,
      });
      await this.notifications.publish(tx, { kind: 'cluster', tenantId, clusterId: id });
      return this.repository.find(tx, { id });
    });
    if (!row) {
      const message = `A cluster called ${name} has joined already.`;
      return invalidInput([{ path: 'name', message, hint: 'choose another name' }]);
    }
    const joinTokenExpiresAt = expiresAt.toISOString();
    return { __typename: 'RegisterClusterSuccess', cluster: clusterOf(row), joinToken, joinTokenExpiresAt };
  }

  /** Exchanges a one-time join token for the credential of the cluster's agent; undefined when it is not valid (any more). */
  async exchangeJoinToken(token: string): Promise<JoinedCluster | undefined> {
    const hash = hashSecret(token);
    return this.database.withSecret(hash, async (tx) => {
      const found = await this.repository.joinToken(tx, hash);
      if (!found) return undefined;
      await this.database.enterTenant(tx, found.tenantId);
      if (!(await this.repository.useJoinToken(tx, hash, this.clock.now()))) return undefined;
      const cluster = await this.repository.find(tx, { id: found.clusterId });
      if (!cluster) return undefined;
      const credential = newSecret('cluster');
      await this.repository.update(tx, cluster.id, { credentialHash: hashSecret(credential) });
      return { clusterId: cluster.id, clusterName: cluster.name, credential };
    });
  }

  /** The cluster whose agent's credential this is; undefined when it is nobody's. */
  async authenticateCluster(credential: string): Promise<ClusterIdentity | undefined> {
    const hash = hashSecret(credential);
    const owner = await this.database.withSecret(hash, (tx) => this.repository.byCredential(tx, hash));
    return owner ? { clusterId: owner.id, tenantId: owner.tenantId, name: owner.name, epoch: owner.epoch } : undefined;
  }
}

function maySee({ rights }: RequestContext, clusterId: string): boolean {
  const { everywhere, namespaces, clusterIds } = rights.reach('cluster:read');
  return everywhere || namespaces.length > 0 || clusterIds.includes(clusterId);
}

function problemsOf(name: string, labels: unknown): InputProblem[] {
  const problems: InputProblem[] = [];
  if (!NAME.test(name))
    problems.push({
      path: 'name',
      message: `"${name}" is no name for a cluster.`,
      hint: 'lower-case letters, digits and hyphens; 1 to 63 characters; a letter or digit at both ends',
    });
  if (name === RESERVED_NAME)
    problems.push({ path: 'name', message: `"${name}" stands for any cluster.`, hint: 'choose another name' });
  const isMap = typeof labels === 'object' && !Array.isArray(labels);
  if (labels != null && (!isMap || Object.values(labels).some((value) => typeof value !== 'string')))
    problems.push({ path: 'labels', message: 'Labels are an object of texts.', hint: 'such as {"region": "eu"}' });
  return problems;
}
