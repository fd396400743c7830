import { Injectable } from '@nestjs/common';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { RunEventConnection, RunFilter, RunOrder } from '../../graphql/generated/schema-types.js';
import { connectionOf, decodeCursor, idCursor, pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import type { RequestContext } from '../access/request-context.js';
import { visibleRun } from './run-access.js';
import { cursorKey, runKey } from './run-cursor.js';
import { nodeOf, runOf } from './run.mapper.js';
import type { RunFields, RunNodeFields } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';

const NEWEST_FIRST: RunOrder = { field: 'CREATED_AT', direction: 'DESC' };

/** The history of runs. */
@Injectable()
export class RunsService {
  constructor(
    private readonly database: Database,
    private readonly repository: RunsRepository,
  ) {}

  async list(
    { tenantId, rights }: RequestContext,
    filter: RunFilter,
    orderBy: RunOrder | null | undefined,
    first: number,
    after: string | null | undefined,
  ): Promise<Omit<ResolversTypes['RunConnection'], 'totalCount'>> {
    const limit = pageSize(first);
    const order = orderBy ?? NEWEST_FIRST;
    const key = runKey(after, order);
    const reach = rights.reach('run:read');
    const rows = await this.database.withTenant(tenantId, (tx) =>
      this.repository.page(tx, reach, filter, order, limit + 1, key),
    );
    const { edges, pageInfo } = connectionOf(rows, limit, (row) => cursorKey(row, order), Boolean(after));
    const mapped = edges.map(({ node, cursor }) => ({ node: runOf(node), cursor }));
    return { edges: mapped, nodes: mapped.map(({ node }) => node), pageInfo };
  }

  async count({ tenantId, rights }: RequestContext, filter: RunFilter): Promise<number> {
    return this.database.withTenant(tenantId, (tx) => this.repository.count(tx, rights.reach('run:read'), filter));
  }

  async find(context: RequestContext, id: string): Promise<RunFields | undefined> {
    const row = await this.database.withTenant(context.tenantId, (tx) => visibleRun(tx, context, this.repository, id));
    return row && runOf(row);
  }

  /** Of runs that the caller has been shown. */
  async manifests({ tenantId }: RequestContext, ids: readonly string[]): Promise<Map<string, string>> {
    return this.database.withTenant(tenantId, (tx) => this.repository.manifests(tx, ids));
  }

  /** Of a run that the caller has been shown, as the next two. */
  async nodes(
    { tenantId }: RequestContext,
    runId: string,
    first: number,
    after: string | null | undefined,
  ): Promise<ResolversTypes['RunNodeConnection']> {
    const limit = pageSize(first);
    const rows = await this.database.withTenant(tenantId, (tx) =>
      this.repository.nodes(tx, runId, limit + 1, decodeCursor(after)),
    );
    const nodes = rows.map((row) => nodeOf(runId, row));
    return connectionOf(nodes, limit, ({ id }) => id, Boolean(after));
  }

  async node({ tenantId }: RequestContext, runId: string, nodeId: string): Promise<RunNodeFields | undefined> {
    const row = await this.database.withTenant(tenantId, (tx) => this.repository.node(tx, runId, nodeId));
    return row ? nodeOf(runId, row) : undefined;
  }

  async events(
    { tenantId }: RequestContext,
    runId: string,
    first: number,
    after: string | null | undefined,
  ): Promise<RunEventConnection> {
    const limit = pageSize(first);
    const rows = await this.database.withTenant(tenantId, (tx) =>
      this.repository.events(tx, runId, limit + 1, idCursor(after)),
    );
    const events = rows.map(({ id, at, reason, message, nodeId }) => ({
      id,
      at: at.toISOString(),
      reason,
      message,
      nodeId,
    }));
    return connectionOf(events, limit, ({ id }) => id, Boolean(after));
  }
}
