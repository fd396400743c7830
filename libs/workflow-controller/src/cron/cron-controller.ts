import type { CronDecision, CronScope, CronWorld } from '@argosy/cron';
import { decide, refuseUnread } from '@argosy/cron';
import type { Clock, Informer, KubeApi } from '@argosy/kube';
import { createInformer, isKubeError, resources } from '@argosy/kube';
import { instant } from '@argosy/workflow-engine';
import type { ControllerRules } from '@argosy/workflow-engine';
import type { CronWorkflow, Workflow } from '@argosy/workflow-spec';
import { misshapen, validateWorkflow } from '@argosy/workflow-spec';
import type { ControllerLogger } from '../ports.js';
import { WorkQueue } from '../queue/work-queue.js';
import type { CronEffectContext } from './cron-effects.js';
import { carryOutCron } from './cron-effects.js';
import { BY_CRON, ownerOf } from './cron-owner.js';

export interface CronControllerOptions extends Pick<CronEffectContext, 'terminate' | 'retire'> {
  readonly kube: KubeApi;
  readonly namespace?: string;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: ControllerLogger;
  readonly rules?: ControllerRules;
  /** Indexed by BY_CRON. */
  readonly workflows: Informer<Workflow>;
}

const CONCURRENCY = 8;

/** Starts the workflows of CronWorkflows at their times: one pass per CronWorkflow that wants a look. */
export class CronController {
  private readonly queue: WorkQueue;
  private readonly cronWorkflows: Informer<CronWorkflow>;
  /** Up to when the times of a CronWorkflow are decided upon; see CronScope.since. */
  private readonly decidedUntil = new Map<string, number>();
  private readonly refusals = new Map<string, Map<string, string>>();

  constructor(private readonly options: CronControllerOptions) {
    const { kube, clock, logger, namespace, random } = options;
    this.queue = new WorkQueue((key) => this.work(key), {
      clock,
      concurrency: CONCURRENCY,
      onError: (key, error) => logger.error({ cronWorkflow: key, err: error }, 'The queue of CronWorkflows failed'),
    });
    this.cronWorkflows = createInformer<CronWorkflow>(kube, resources.cronWorkflows, {
      clock,
      ...(namespace !== undefined && { namespace }),
      ...(random && { random }),
      onChange: ({ object }) => this.queue.add(keyOf(object)),
      onError: (error) => logger.warn({ err: error }, 'Lost the watch of CronWorkflows; trying again'),
    });
    this.queue.start();
  }

  /** Something about a workflow has changed. */
  workflowChanged(workflow: Workflow): void {
    const owner = ownerOf(workflow);
    if (owner) this.queue.add(`${workflow.metadata.namespace ?? ''}/${owner.name}`);
  }

  list(): CronWorkflow[] {
    return this.cronWorkflows.list();
  }

  idle(): Promise<void> {
    return this.queue.idle();
  }

  async stop(): Promise<void> {
    await this.queue.stop();
    await this.cronWorkflows.stop();
  }

  private async work(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const cron = this.cronWorkflows.get(namespace, name);
    if (!cron || cron.metadata.deletionTimestamp) return this.forget(key);
    try {
      const { wakeAt } = await this.pass(`${key}/${cron.metadata.uid ?? ''}`, key, cron);
      if (wakeAt !== null) this.queue.addAt(key, wakeAt);
      this.queue.succeeded(key);
    } catch (error) {
      const failures = this.queue.addAfterFailure(key);
      const fields = { cronWorkflow: key, failures, err: error };
      if (isKubeError(error, 'Conflict', 'NotFound'))
        this.options.logger.debug(fields, 'A CronWorkflow changed meanwhile');
      else this.options.logger.warn(fields, 'A pass over a CronWorkflow failed; trying again');
    }
  }

  /** Decide, write, act. What was not done is decided again by the next pass. */
  private async pass(identity: string, key: string, cron: CronWorkflow): Promise<CronDecision> {
    const { clock, kube, logger, workflows, terminate, retire, rules } = this.options;
    const now = clock.now();
    const since = this.decidedUntil.get(identity) ?? now;
    this.decidedUntil.set(identity, since);
    const refusals = this.refusals.get(key) ?? new Map<string, string>();
    const children = workflows.byIndex(BY_CRON, cron.metadata.uid ?? '');
    const decision = decideUpon(cron, { children, refusals }, { now: instant(now), since: instant(since) }, rules);
    await this.write(cron, decision);
    this.decidedUntil.set(identity, now);
    refusals.clear();
    for (const { reason, message } of decision.journal)
      logger.info({ cronWorkflow: key, reason, message }, 'A CronWorkflow was decided upon');
    await carryOutCron(decision.commands, {
      kube,
      cron,
      workflows,
      terminate,
      retire,
      refuse: (child, message) => {
        this.refusals.set(key, refusals.set(child, message));
        this.queue.add(key);
      },
    });
    return decision;
  }

  private async write({ metadata }: CronWorkflow, { patch }: CronDecision): Promise<void> {
    if (!patch) return;
    const { kube } = this.options;
    const { namespace, name = '', uid, resourceVersion } = metadata;
    const ref = { type: resources.cronWorkflows, namespace, name };
    try {
      const written = await kube.patch<CronWorkflow>(ref, 'merge', {
        ...patch,
        metadata: { ...patch.metadata, uid, resourceVersion },
      });
      this.cronWorkflows.observe(written);
    } catch (error) {
      // Somebody else wrote: what was decided is void.
      if (isKubeError(error, 'Conflict')) this.cronWorkflows.observe(await kube.get<CronWorkflow>(ref));
      throw error;
    }
  }

  private forget(key: string): void {
    this.queue.forget(key);
    this.refusals.delete(key);
    for (const identity of this.decidedUntil.keys())
      if (identity.startsWith(`${key}/`)) this.decidedUntil.delete(identity);
  }
}

const keyOf = ({ metadata }: CronWorkflow): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

function decideUpon(cron: CronWorkflow, world: CronWorld, scope: CronScope, rules?: ControllerRules): CronDecision {
  // The schema of a cluster may let in what nobody can read.
  const unreadable = misshapen('CronWorkflow', cron.spec);
  if (unreadable !== null) return refuseUnread(cron, `cannot unmarshall spec: ${unreadable}`, scope);
  const specProblem = problemOf(cron, rules);
  return decide(cron, { ...world, ...(specProblem !== undefined && { specProblem }) }, scope);
}

/** What is wrong with a CronWorkflow besides its schedules, which the decision looks at itself. */
function problemOf(cron: CronWorkflow, { workflowDefaults }: ControllerRules = {}): string | undefined {
  const workflowSpec = { ...workflowDefaults?.spec, ...cron.spec.workflowSpec };
  const value = { ...cron, kind: 'CronWorkflow' as const, spec: { ...cron.spec, workflowSpec } };
  const problem = validateWorkflow({ value }, { lint: false }).find(({ severity }) => severity === 'error');
  return problem && (problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`);
}
