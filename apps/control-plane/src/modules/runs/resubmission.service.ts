import { Injectable } from '@nestjs/common';
import { Clock } from '@argosy/platform';
import { instant, resubmit } from '@argosy/workflow-engine';
import type { NodeStatus, Workflow, WorkflowPhase } from '@argosy/workflow-spec';
import type { ResolversTypes } from '../../graphql/generated/resolver-types.js';
import type { ResubmitRunInput } from '../../graphql/generated/schema-types.js';
import { invalidInput, notFound } from '../../graphql/user-errors.js';
import { Database } from '../../persistence/database.js';
import type { Transaction } from '../../persistence/database.js';
import type { RequestContext } from '../access/request-context.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { generatedName, keptWorkflow, nameSuffix, problemsOf } from './manifest.js';
import { visibleRun } from './run-access.js';
import { runOf } from './run.mapper.js';
import { RunsRepository } from './runs.repository.js';
import type { RunRow } from './runs.repository.js';
import { SubmissionService } from './submission.service.js';

type ResubmitRunResult = ResolversTypes['ResubmitRunResult'];

const PHASES: Readonly<Record<string, WorkflowPhase>> = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ERROR: 'Error' };
const MOST_NODES = 1_000_000;

/** Does again, as a new run, what another one did; from the history, so that the first one may be gone from its cluster. */
@Injectable()
export class ResubmissionService {
  constructor(
    private readonly database: Database,
    private readonly runs: RunsRepository,
    private readonly clusters: ClustersRepository,
    private readonly submissions: SubmissionService,
    private readonly clock: Clock,
  ) {}

  async resubmit(context: RequestContext, id: string, input: ResubmitRunInput): Promise<ResubmitRunResult> {
    return this.database.withTenant(context.tenantId, async (tx): Promise<ResubmitRunResult> => {
      const row = await visibleRun(tx, context, this.runs, id);
      if (!row) return notFound(`There is no run ${id}.`);
      const resubmitted = resubmit(await this.original(tx, row, input.memoized ?? false), {
        memoized: input.memoized ?? false,
        parameters: (input.parameters ?? []).map(({ name, value }) => `${name}=${value}`),
        suffix: nameSuffix(),
        now: instant(this.clock.now().getTime()),
      });
      if (!resubmitted.ok) {
        if (resubmitted.code === 'bad-parameters')
          return invalidInput([{ path: 'parameters', message: resubmitted.message }]);
        const { phase } = runOf(row);
        return { __typename: 'RunStateConflict', code: 'RUN_STATE', message: resubmitted.message, phase };
      }
      const workflow = named(resubmitted.workflow, row);
      const problems = problemsOf(workflow);
      if (problems.length > 0) return invalidInput(problems, `The workflow cannot run: ${problems[0]?.message ?? ''}`);
      const cluster = input.cluster ?? (await this.clusters.find(tx, { id: row.clusterId }))?.name ?? 'any';
      return this.submissions.place(tx, context, workflow, { cluster });
    });
  }

  private async original(tx: Transaction, row: RunRow, withNodes: boolean): Promise<Workflow> {
    const workflow = keptWorkflow((await this.runs.manifests(tx, [row.id])).get(row.id) ?? '');
    const rows = withNodes ? await this.runs.nodes(tx, row.id, MOST_NODES, undefined) : [];
    const nodes = Object.fromEntries(rows.map(({ nodeId, status }) => [nodeId, status as NodeStatus]));
    const phase = PHASES[row.phase] ?? 'Running';
    return { ...workflow, metadata: { ...workflow.metadata, name: row.name }, status: { phase, nodes } };
  }
}

const named = (workflow: Workflow, { namespace }: RunRow): Workflow => ({
  ...workflow,
  metadata: {
    ...workflow.metadata,
    namespace,
    name: workflow.metadata.name ?? generatedName(workflow.metadata.generateName ?? ''),
  },
});
