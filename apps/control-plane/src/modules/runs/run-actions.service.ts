import { Injectable } from '@nestjs/common';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import { forbidden, notFound } from '../../graphql/user-errors.js';
import { Database } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import { OutboxRepository } from '../../persistence/outbox.repository.js';
import type { RequestContext } from '../access/request-context.js';
import { AuditService } from '../audit/audit.service.js';
import { AgentCommandsRepository } from './agent-commands.repository.js';
import { CallerLabels } from './caller-labels.js';
import { PurgeRepository } from './purge.repository.js';
import { mayOn, visibleRun } from './run-access.js';
import type { RunAction } from './run-actions.js';
import { runOf } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';
import type { RunRow } from './runs.repository.js';

type RunActionResult = ResolversTypes['RunActionResult'];
type DeleteRunResult = ResolversTypes['DeleteRunResult'];

/** What people do to runs. It is asked of the agent; what becomes of it comes back as the run's state. */
@Injectable()
export class RunActionsService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly runs: RunsRepository,
    private readonly purges: PurgeRepository,
    private readonly outbox: OutboxRepository,
    private readonly commands: AgentCommandsRepository,
    private readonly callers: CallerLabels,
    private readonly audit: AuditService,
  ) {}

  async act(context: RequestContext, id: string, action: RunAction): Promise<RunActionResult> {
    const { tenantId } = context;
    return this.database.withTenant(tenantId, async (tx): Promise<RunActionResult> => {
      const row = await visibleRun(tx, context, this.runs, id);
      if (!row) return notFound(`There is no run ${id}.`);
      if (!mayOn(context, action.permission, row)) return forbidden(action.permission);
      const conflict = row.deletedFromCluster
        ? `${row.name} is not in its cluster any more; only its history is left.`
        : action.conflict(row);
      if (conflict !== undefined)
        return { __typename: 'RunStateConflict', code: 'RUN_STATE', message: conflict, phase: runOf(row).phase };
      const told = action.label === undefined ? {} : { labels: await this.callers.actor(tx, context, action.label) };
      await this.commands.append(tx, tenantId, row.clusterId, action.command({ ...refOf(row), ...told }));
      await this.audit.record(tx, context, {
        action: `run.${action.name}`,
        targetType: 'run',
        targetId: id,
        targetName: row.name,
      });
      return { __typename: 'RunActionSuccess', run: runOf(row) };
    });
  }

  async delete(context: RequestContext, id: string, purge: boolean): Promise<DeleteRunResult> {
    const { tenantId } = context;
    return this.database.withTenant(tenantId, async (tx): Promise<DeleteRunResult> => {
      const row = await visibleRun(tx, context, this.runs, id);
      if (!row) return notFound(`There is no run ${id}.`);
      if (!mayOn(context, 'run:delete', row)) return forbidden('run:delete');
      if (!row.deletedFromCluster)
        await this.commands.append(tx, tenantId, row.clusterId, { type: 'DeleteWorkflow', ...refOf(row) });
      if (purge) {
        await this.purges.bury(tx, id);
        await this.outbox.add(tx, tenantId, { job: 'clear-purged-run', payload: { tenantId, runId: id } });
        await this.notifications.publish(tx, { kind: 'run', tenantId, runId: id, change: 'DELETED' });
      }
      await this.audit.record(tx, context, {
        action: purge ? 'run.purge' : 'run.delete',
        targetType: 'run',
        targetId: id,
        targetName: row.name,
      });
      return { __typename: 'DeleteRunSuccess', id };
    });
  }
}

const refOf = ({ id, namespace, name }: RunRow) => ({ runId: id, namespace, name });
