import { Injectable } from '@nestjs/common';
import type { CommandBody } from '@argosy/link-protocol';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import type { Workflow } from '@argosy/workflow-spec';
import { uuidv7 } from 'uuidv7';
import type {
  DeleteRunResult,
  RetryRunInput,
  RunActionResult,
  RunChange,
  RunEventConnection,
  RunFilter,
  RunNodeConnection,
  RunOrder,
  SubmitRunInput,
  SubmitRunResult,
} from '../../graphql/generated/schema-types.js';
import { connectionOf, decodeCursor, pageSize } from '../../graphql/connection.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { isId } from '@argosy/platform';
import type { RequestContext } from '../access/request-context.js';
import { AuditService } from '../audit/audit.service.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { AgentCommandsRepository } from './agent-commands.repository.js';
import { readManifest, toYaml } from './manifest.js';
import { nodeOf, runOf } from './run.mapper.js';
import type { RunFields, RunNodeFields } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';
import type { RunRow } from './runs.repository.js';

const FINAL = new Set(['SUCCEEDED', 'FAILED', 'ERROR']);
const PATIENCE_MS = 30_000;
const NEWEST_FIRST: RunOrder = { field: 'CREATED_AT', direction: 'DESC' };

/** What a person asks of a run: when it may be asked, and how it is put to the agent. */
export interface RunAction {
  readonly name: 'stop' | 'terminate' | 'suspend' | 'resume' | 'retry';
  readonly on: 'open' | 'ended';
  readonly command: (run: { runId: string; namespace: string; name: string }) => CommandBody;
}

@Injectable()
export class RunsService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly repository: RunsRepository,
    private readonly clusters: ClustersRepository,
    private readonly commands: AgentCommandsRepository,
    private readonly audit: AuditService,
  ) {}

  async submit(context: RequestContext, input: SubmitRunInput): Promise<SubmitRunResult> {
    const { workflow, problems } = readManifest(input);
    if (!workflow)
      return {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: `The manifest cannot be submitted: ${problems[0]?.message ?? ''}`,
        problems: [...problems],
      };
    return this.database.withTenant(context.tenantId, async (tx) => {
      const { idempotencyKey } = input;
      const before = idempotencyKey
        ? await this.repository.byIdempotencyKey(tx, context.tenantId, idempotencyKey)
        : null;
      if (before) return success(before);
      const placed = await this.place(tx, input.cluster ?? 'any');
      if (!placed.clusterId)
        return {
          __typename: 'NoClusterAvailable',
          code: 'NO_CLUSTER',
          message: placed.reason,
          known: await this.clusters.names(tx, context.rights.reach('cluster:read')),
        };
      return success(
        await this.create(tx, context, workflow, {
          clusterId: placed.clusterId,
          reason: placed.reason,
          idempotencyKey: idempotencyKey ?? null,
        }),
      );
    });
  }

  private async place(tx: Transaction, wanted: string): Promise<{ clusterId?: string; reason: string }> {
    if (wanted === 'any') {
      const cluster = await this.repository.leastBusyCluster(tx);
      return cluster
        ? { clusterId: cluster.id, reason: `least busy: ${cluster.runningWorkflows} unfinished runs` }
        : { reason: 'No cluster is connected.' };
    }
    const cluster = await this.clusters.find(tx, { name: wanted });
    return cluster
      ? { clusterId: cluster.id, reason: 'asked for by name' }
      : { reason: `There is no cluster called ${wanted}.` };
  }

  private async create(
    tx: Transaction,
    context: RequestContext,
    workflow: Workflow,
    where: { clusterId: string; reason: string; idempotencyKey: string | null },
  ): Promise<RunRow> {
    const id = uuidv7();
    const { metadata, spec } = workflow;
    const cluster = await this.clusters.find(tx, { id: where.clusterId });
    const labelled: Workflow = {
      ...workflow,
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, [RUN_ID_LABEL]: id },
        annotations: { ...metadata.annotations, [EPOCH_ANNOTATION]: String(cluster?.epoch ?? 0) },
      },
    };
    const row = await this.repository.create(tx, {
      id,
      tenantId: context.tenantId,
      clusterId: where.clusterId,
      namespace: metadata.namespace ?? 'default',
      name: metadata.name ?? '',
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      parameters: (spec.arguments?.parameters ?? []).map(({ name, value }) => ({
        name,
        value: value === undefined ? null : String(value),
      })),
      manifest: toYaml(workflow),
      entrypoint: spec.entrypoint ?? null,
      submittedBy: context.actor.name,
      placementReason: where.reason,
      idempotencyKey: where.idempotencyKey,
    });
    await this.commands.append(tx, context.tenantId, where.clusterId, {
      type: 'CreateWorkflow',
      runId: id,
      workflow: labelled as unknown as Record<string, unknown>,
    });
    await this.audit.record(tx, context, {
      action: 'run.submit',
      targetType: 'run',
      targetId: id,
      targetName: row.name,
    });
    await this.notifications.publish(tx, { kind: 'run', tenantId: context.tenantId, runId: id, change: 'CREATED' });
    return row;
  }

  async act(context: RequestContext, id: string, action: RunAction): Promise<RunActionResult> {
    return this.database.withTenant(context.tenantId, async (tx) => {
      const row = isId(id) ? await this.repository.find(tx, id) : null;
      if (!row) return notFound(id);
      const ended = FINAL.has(row.phase);
      if (row.deletedFromCluster || ended !== (action.on === 'ended'))
        return {
          __typename: 'RunStateConflict',
          code: 'RUN_STATE',
          message: conflict(row, action),
          phase: runOf(row).phase,
        };
      await this.commands.append(
        tx,
        context.tenantId,
        row.clusterId,
        action.command({ runId: id, namespace: row.namespace, name: row.name }),
      );
      await this.audit.record(tx, context, {
        action: `run.${action.name}`,
        targetType: 'run',
        targetId: id,
        targetName: row.name,
      });
      return { __typename: 'RunActionSuccess', run: runOf(row) as never };
    });
  }

  retry(context: RequestContext, id: string, input: RetryRunInput | null | undefined): Promise<RunActionResult> {
    const { restartSuccessful, nodeFieldSelector, parameters } = input ?? {};
    return this.act(context, id, {
      name: 'retry',
      on: 'ended',
      command: (run) => ({
        type: 'RetryRun',
        ...run,
        restartSuccessful: restartSuccessful ?? undefined,
        nodeFieldSelector: nodeFieldSelector ?? undefined,
        parameters: parameters?.map(({ name, value }) => `${name}=${value}`),
      }),
    });
  }

  async delete(context: RequestContext, id: string, purge: boolean): Promise<DeleteRunResult> {
    return this.database.withTenant(context.tenantId, async (tx) => {
      const row = isId(id) ? await this.repository.find(tx, id) : null;
      if (!row) return { __typename: 'NotFound', code: 'NOT_FOUND', message: `There is no run ${id}.` };
      if (!row.deletedFromCluster)
        await this.commands.append(tx, context.tenantId, row.clusterId, {
          type: 'DeleteWorkflow',
          runId: id,
          namespace: row.namespace,
          name: row.name,
        });
      if (purge) await this.repository.purge(tx, id);
      await this.audit.record(tx, context, {
        action: purge ? 'run.purge' : 'run.delete',
        targetType: 'run',
        targetId: id,
        targetName: row.name,
      });
      await this.notifications.publish(tx, {
        kind: 'run',
        tenantId: context.tenantId,
        runId: id,
        change: purge ? 'DELETED' : 'UPDATED',
      });
      return { __typename: 'DeleteRunSuccess', id };
    });
  }

  async list(
    context: RequestContext,
    filter: RunFilter,
    orderBy: RunOrder | null | undefined,
    first: number,
    after: string | null | undefined,
  ) {
    const limit = pageSize(first);
    const order = orderBy ?? NEWEST_FIRST;
    return this.database.withTenant(context.tenantId, async (tx) => {
      const rows = await this.repository.page(tx, filter, order, limit + 1, decodeCursor(after));
      const totalCount = await this.repository.count(tx, filter);
      const keyOf = (row: RunRow): string => JSON.stringify([sortValue(row, order), row.id]);
      const { edges, pageInfo } = connectionOf(rows, limit, keyOf, Boolean(after));
      const mapped = edges.map(({ node, cursor }) => ({ node: runOf(node), cursor }));
      return { edges: mapped, nodes: mapped.map(({ node }) => node), pageInfo, totalCount };
    });
  }

  async find(context: RequestContext, id: string): Promise<RunFields | undefined> {
    if (!isId(id)) return undefined;
    const row = await this.database.withTenant(context.tenantId, (tx) => this.repository.find(tx, id));
    return row ? runOf(row) : undefined;
  }

  async nodes(
    context: RequestContext,
    runId: string,
    first: number,
    after: string | null | undefined,
  ): Promise<RunNodeConnection> {
    const limit = pageSize(first);
    const rows = await this.database.withTenant(context.tenantId, (tx) =>
      this.repository.nodes(tx, runId, limit + 1, decodeCursor(after)),
    );
    return connectionOf(
      rows.map((row) => nodeOf(runId, row)),
      limit,
      ({ id }) => id,
      Boolean(after),
    ) as RunNodeConnection;
  }

  async node(context: RequestContext, runId: string, nodeId: string): Promise<RunNodeFields | undefined> {
    const row = await this.database.withTenant(context.tenantId, (tx) => this.repository.node(tx, runId, nodeId));
    return row ? nodeOf(runId, row) : undefined;
  }

  async events(
    context: RequestContext,
    runId: string,
    first: number,
    after: string | null | undefined,
  ): Promise<RunEventConnection> {
    const limit = pageSize(first);
    const rows = await this.database.withTenant(context.tenantId, (tx) =>
      this.repository.events(tx, runId, limit + 1, decodeCursor(after)),
    );
    return connectionOf(
      rows.map((row) => ({ ...row, at: row.at.toISOString() })),
      limit,
      ({ id }) => id,
      Boolean(after),
    );
  }

  /** The run as it is now, then after every change; ends when the run is deleted or not there. */
  async *changesOf(context: RequestContext, id: string): AsyncGenerator<RunFields, void, undefined> {
    const watch = this.notifications.watch((notification) => notification.kind === 'run' && notification.runId === id);
    try {
      for (let first = true; ; first = false) {
        const news = first ? ['gap'] : await watch.next(PATIENCE_MS);
        if (!news) return;
        if (news.length === 0) continue;
        const run = await this.find(context, id);
        if (!run) return;
        yield run;
      }
    } finally {
      watch.close();
    }
  }

  /** Every run that matches, as it changes. */
  async *changes(context: RequestContext, filter: RunFilter): AsyncGenerator<RunChange, void, undefined> {
    const watch = this.notifications.watch(
      (notification) => notification.kind === 'run' && notification.tenantId === context.tenantId,
    );
    try {
      for (;;) {
        // Several changes of one run that wait together are one to those who look.
        const latest = new Map<string, RunChange['type']>();
        for (const notification of (await watch.next(PATIENCE_MS)) ?? []) {
          if (notification === 'gap' || notification.kind !== 'run') continue;
          latest.set(
            notification.runId,
            latest.get(notification.runId) === 'CREATED' ? 'CREATED' : notification.change,
          );
        }
        for (const [id, type] of latest) {
          const row = await this.database.withTenant(context.tenantId, async (tx) =>
            (await this.repository.matches(tx, id, filter)) ? this.repository.find(tx, id) : null,
          );
          if (row) yield { type, run: runOf(row) as never };
        }
      }
    } finally {
      watch.close();
    }
  }
}

const success = (row: RunRow): SubmitRunResult => ({ __typename: 'SubmitRunSuccess', run: runOf(row) as never });
const notFound = (id: string): RunActionResult => ({
  __typename: 'NotFound',
  code: 'NOT_FOUND',
  message: `There is no run ${id}.`,
});

function conflict(row: RunRow, action: RunAction): string {
  if (row.deletedFromCluster) return `${row.name} is not in its cluster any more; only its history is left.`;
  return action.on === 'open'
    ? `${row.name} has ended already (${row.phase.toLowerCase()}).`
    : `${row.name} has not ended yet.`;
}

function sortValue(row: RunRow, { field }: RunOrder): string {
  if (field === 'NAME') return row.name;
  const time = field === 'CREATED_AT' ? row.createdAt : field === 'STARTED_AT' ? row.startedAt : row.finishedAt;
  return time?.toISOString() ?? '';
}
