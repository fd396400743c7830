import { Injectable } from '@nestjs/common';
import { EPOCH_ANNOTATION, RUN_ID_LABEL } from '@argosy/link-protocol';
import { newId } from '@argosy/platform';
import { toYaml } from '@argosy/workflow-spec';
import type { Workflow } from '@argosy/workflow-spec';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { SubmitRunInput } from '../../graphql/generated/schema-types.js';
import { forbidden, invalidInput } from '../../graphql/user-errors.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import { Notifications } from '../../persistence/notifications.js';
import type { RequestContext } from '../access/request-context.js';
import { AuditService } from '../audit/audit.service.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { AgentCommandsRepository } from './agent-commands.repository.js';
import type { Labels } from './caller-labels.js';
import { CallerLabels, withoutCreator } from './caller-labels.js';
import { readManifest } from './manifest.js';
import { isPlaced, Placement } from './placement.js';
import type { PlacedOn } from './placement.js';
import { mayOn } from './run-access.js';
import { runOf } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';
import type { NewRun } from './runs.repository.js';

type SubmitRunResult = ResolversTypes['SubmitRunResult'];
const LONGEST_KEY = 200;

/** Takes workflows in: validates, picks a cluster, and writes run, command and audit event together or not at all. */
@Injectable()
export class SubmissionService {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly runs: RunsRepository,
    private readonly clusters: ClustersRepository,
    private readonly placement: Placement,
    private readonly commands: AgentCommandsRepository,
    private readonly callers: CallerLabels,
    private readonly audit: AuditService,
  ) {}

  async submit(context: RequestContext, input: SubmitRunInput): Promise<SubmitRunResult> {
    const { tenantId } = context;
    const idempotencyKey = input.idempotencyKey || null;
    if (idempotencyKey && idempotencyKey.length > LONGEST_KEY)
      return invalidInput([{ path: 'idempotencyKey', message: `A key has at most ${LONGEST_KEY} characters.` }]);
    const { workflow, problems } = readManifest(input);
    if (problems) return invalidInput(problems, `The workflow cannot be submitted: ${problems[0]?.message ?? ''}`);
    return this.database.withTenant(tenantId, async (tx): Promise<SubmitRunResult> => {
      const before = idempotencyKey ? await this.runs.byIdempotencyKey(tx, tenantId, idempotencyKey) : null;
      if (before)
        return mayOn(context, 'run:read', before)
          ? { __typename: 'SubmitRunSuccess', run: runOf(before) }
          : forbidden('run:read', 'This idempotency key belongs to a run that you may not see.');
      return this.place(tx, context, workflow, { cluster: input.cluster ?? 'any', idempotencyKey });
    });
  }

  /** Sends a workflow that is fit to run to a cluster, where the caller may. */
  async place(
    tx: Transaction,
    context: RequestContext,
    workflow: Workflow,
    { cluster, idempotencyKey = null }: { readonly cluster: string; readonly idempotencyKey?: string | null },
  ): Promise<SubmitRunResult> {
    const placed = await this.placement.choose(tx, context, cluster, workflow.metadata.namespace ?? '');
    if (!isPlaced(placed)) return placed;
    return { __typename: 'SubmitRunSuccess', run: await this.create(tx, context, workflow, placed, idempotencyKey) };
  }

  private async create(
    tx: Transaction,
    context: RequestContext,
    workflow: Workflow,
    { clusterId, reason }: PlacedOn,
    idempotencyKey: string | null,
  ) {
    const { tenantId } = context;
    const id = newId();
    const epoch = await this.clusters.lockEpoch(tx, clusterId);
    const run = newRun(workflow, { id, tenantId, clusterId, submittedBy: context.actor.name, idempotencyKey });
    const row = await this.runs.create(tx, { ...run, placementReason: reason });
    await this.commands.append(tx, tenantId, clusterId, {
      type: 'CreateWorkflow',
      runId: id,
      workflow: marked(workflow, id, epoch, await this.callers.creator(tx, context)),
    });
    await this.audit.record(tx, context, {
      action: 'run.submit',
      targetType: 'run',
      targetId: id,
      targetName: row.name,
      detail: { clusterId, namespace: row.namespace },
    });
    await this.notifications.publish(tx, { kind: 'run', tenantId, runId: id, change: 'CREATED' });
    return runOf(row);
  }
}

function newRun(
  workflow: Workflow,
  ids: Pick<NewRun, 'id' | 'tenantId' | 'clusterId' | 'submittedBy' | 'idempotencyKey'>,
): Omit<NewRun, 'placementReason'> {
  const { metadata, spec } = workflow;
  return {
    ...ids,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    parameters: (spec.arguments?.parameters ?? []).map(({ name, value }) => ({
      name,
      value: value === undefined ? null : String(value),
    })),
    manifest: toYaml(workflow),
    entrypoint: spec.entrypoint ?? null,
  };
}

/** The object as its cluster gets it: it says which run it is, who made it, and under which lease it was sent. */
function marked(workflow: Workflow, runId: string, epoch: number, creator: Labels): Record<string, unknown> {
  const { metadata } = workflow;
  return {
    ...workflow,
    metadata: {
      ...metadata,
      labels: { ...withoutCreator(metadata.labels), ...creator, [RUN_ID_LABEL]: runId },
      annotations: { ...metadata.annotations, [EPOCH_ANNOTATION]: String(epoch) },
    },
  };
}
