import type { Clock } from '@argosy/kube';
import { isKubeError, resources, systemClock } from '@argosy/kube';
import { isFinalWorkflowPhase } from '@argosy/workflow-engine';
import type { RunIntent } from '@argosy/workflow-engine';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import { Turns } from './admission/turns.js';
import { checkRules } from './check-rules.js';
import { AbandonedPods } from './collection/abandoned-pods.js';
import { Retirement } from './collection/retirement.js';
import { deleteExpired } from './collection/time-to-live.js';
import type { WorkflowControllerOptions } from './controller-options.js';
import { CronController } from './cron/cron-controller.js';
import { LastSuccesses } from './estimates/last-successes.js';
import type { EffectMeans } from './effects/effect.js';
import { closeMeans, createMeans, forgetRun } from './effects/means.js';
import { EventRecorder } from './events/event-recorder.js';
import type { Informers } from './informers.js';
import { startInformers } from './informers.js';
import type { IntentResult } from './intents/intents.js';
import { Intents } from './intents/intents.js';
import { NodeKeeping } from './nodes/node-keeping.js';
import { OverflowOutputs } from './pods/overflow-outputs.js';
import { BY_RUN, runKeyOf } from './pods/pod-watch.js';
import { TaskResults } from './pods/task-results.js';
import { ReportedProgress } from './pods/reported-progress.js';
import type { ControllerLogger } from './ports.js';
import { silentLogger } from './ports.js';
import { WorkQueue } from './queue/work-queue.js';
import { ChangedPods } from './reconcile/changed-pods.js';
import { isTransient, stuckMessage } from './reconcile/failures.js';
import { RunCache } from './reconcile/run-cache.js';
import { WorkflowReconciler } from './reconcile/workflow.reconciler.js';
import type { RunSnapshot } from './snapshot.js';
import { snapshotOf } from './snapshot.js';

const DEFAULT_CONCURRENCY = 8;
/** Passes that fail in a row, for a reason that will not go by itself, before people are told on the workflow. */
const FAILURES_TO_TELL = 5;
/** Every open run is looked at this often though nothing seems to have changed, should a change have been missed. */
const RESYNC_MS = 10 * 60_000;
const RELEASE_POLL_MS = 1_000;

/** The shell around the engine: runs workflows of one cluster. Any number may start and stop; the cluster holds all state. */
export class WorkflowController {
  private readonly nodes: NodeKeeping;
  private readonly cache: RunCache;
  private readonly lastSuccesses: LastSuccesses | undefined;
  private readonly overflow: OverflowOutputs;
  private readonly taskResults: TaskResults;
  private readonly progress = new ReportedProgress();
  private readonly means: EffectMeans;
  private readonly changes = new ChangedPods();
  private readonly clock: Clock;
  private readonly logger: ControllerLogger;
  private readonly queue: WorkQueue;
  private readonly turns: Turns;
  private readonly intents: Intents;
  private readonly events: EventRecorder;
  private readonly abandoned: AbandonedPods;
  private reconciler: WorkflowReconciler | undefined;
  private informers: Informers | undefined;
  private cron: CronController | undefined;
  private readonly retirement: Retirement;
  private cancelResync: (() => void) | undefined;
  private readonly stopped = new AbortController();

  constructor(private readonly options: WorkflowControllerOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    checkRules(options.rules ?? {});
    this.nodes = new NodeKeeping(options.kube, options.nodeStatus);
    this.cache = new RunCache(this.nodes);
    this.lastSuccesses = options.estimateDurations === false ? undefined : new LastSuccesses(this.nodes);
    this.overflow = new OverflowOutputs(options.kube);
    this.taskResults = new TaskResults(options.kube);
    this.means = createMeans(options, this.clock, (key, what) => this.lookAgain(key, [what]));
    this.queue = new WorkQueue((key) => this.work(key), {
      clock: this.clock,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      onError: (key, error) => this.logger.error({ workflow: key, err: error }, 'The work queue failed'),
    });
    this.retirement = new Retirement({
      clock: this.clock,
      retentionPolicy: options.retentionPolicy,
      workflows: () => this.workflows(),
      lookAt: (workflow) => this.queue.add(keyOf(workflow)),
    });
    this.turns = new Turns({
      ...options,
      clock: this.clock,
      wake: (key) => this.queue.add(key),
      onError: (error) => this.logger.warn({ err: error }, 'Lost the watch of a limit; trying again'),
      onLost: (run, lock) => void this.lockLost(run, lock.key),
    });
    this.events = new EventRecorder({
      ...options,
      clock: this.clock,
      logger: this.logger,
      random: options.random ?? (() => Math.random()),
    });
    this.abandoned = new AbandonedPods({
      kube: options.kube,
      clock: this.clock,
      logger: this.logger,
      informers: () => this.informers,
    });
    this.intents = new Intents({
      ...this.means,
      clock: this.clock,
      logger: this.logger,
      nodes: this.nodes,
      informers: () => this.informers,
      lookAt: (key) => this.queue.add(key),
    });
  }

  /** Resolves when the present workflows and pods are known and work has begun, or when it was stopped before that. */
  async start(): Promise<void> {
    try {
      await this.begin();
    } catch (error) {
      if (!this.stopped.signal.aborted) throw error;
    }
  }

  private async begin(): Promise<void> {
    const { kube, namespace, ownNamespace, random } = this.options;
    const informers = await startInformers(
      kube,
      { namespace, ownNamespace, clock: this.clock, ...(random && { random }), signal: this.stopped.signal },
      {
        onRun: (workflow, deleted) => this.runSeen(workflow, deleted),
        onPod: (pod, deleted) => this.podSeen(pod, deleted),
        onChange: (key, podName) => this.lookAgain(key, podName === null ? [] : [podName]),
        onError: (error) => this.logger.warn({ err: error }, 'Lost the watch of the cluster; trying again'),
      },
    );
    this.informers = informers;
    this.reconciler = new WorkflowReconciler({
      ...informers,
      ...this.means,
      clock: this.clock,
      cache: this.cache,
      nodes: this.nodes,
      lastSuccesses: this.lastSuccesses,
      overflow: this.overflow,
      taskResults: this.taskResults,
      progress: this.progress,
      turns: this.turns,
      rules: { executorPlugins: pluginNames(this.options), ...this.options.rules },
      events: this.events,
      onRunChanged: async (snapshot) => this.options.onRunChanged?.(snapshot),
      onMetrics: (updates) => this.options.onMetrics?.(updates),
    });
    await informers.workflows.synced;
    await this.turns.open();
    this.stopped.signal.throwIfAborted();
    this.queue.start();
    this.abandoned.lookAtAll();
    this.planResync();
    this.cron = this.startCron(informers);
  }

  private startCron({ workflows }: Informers): CronController {
    return new CronController({
      ...this.options,
      clock: this.clock,
      logger: this.logger,
      workflows,
      terminate: async (namespace, name) => void (await this.applyIntent(namespace, name, { type: 'TerminateRun' })),
      retire: (namespace, name, uid) => {
        this.retirement.retire(uid);
        this.queue.add(`${namespace}/${name}`);
      },
    });
  }

  /** Finishes the passes under way and stops watching. Pods go on. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.cancelResync?.();
    this.retirement.stop();
    await this.cron?.stop();
    await this.queue.stop();
    await this.turns.stop();
    this.events.stop();
    this.abandoned.stop();
    await closeMeans(this.means);
    if (!this.informers) return;
    await Promise.all(
      Object.values<{ stop(): Promise<void> }>({ ...this.informers }).map((informer) => informer.stop()),
    );
  }

  /** Resolves when no run and no CronWorkflow wants a look right now. */
  async idle(): Promise<void> {
    await this.cron?.idle();
    await this.queue.idle();
  }

  /**
   * Everything known about a run, whole; for a history that missed something. Undefined when there is no such workflow.
   * Throws NodesUnreadable; KubeError when nodes that are beside the object cannot be had.
   */
  async snapshot(namespace: string, name: string): Promise<RunSnapshot | undefined> {
    const object = this.informers?.workflows.get(namespace, name);
    return object && snapshotOf((await this.cache.load(keyOf(object), object)).state, null, []);
  }

  /** For whoever reads logs: what the program in a pod says of its own progress. */
  progressReported(pod: Pod, progress: string): void {
    const { namespace = '', name = '' } = pod.metadata ?? {};
    if (!this.informers?.pods.get(namespace, name)) return;
    const atMs = this.progress.report(pod, progress, this.clock.now());
    if (atMs === null) return;
    this.changes.add(runKeyOf(pod), [name]);
    this.queue.addAt(runKeyOf(pod), atMs);
  }

  /** All workflows that are known. */
  workflows(): Workflow[] {
    return this.informers?.workflows.list() ?? [];
  }

  /** Does what a person asks of a run. */
  applyIntent(namespace: string, name: string, intent: RunIntent): Promise<IntentResult> {
    return this.intents.apply(namespace, name, intent);
  }

  private async work(key: string): Promise<void> {
    const object = this.objectOf(key);
    if (!object || object.metadata.deletionTimestamp || !this.reconciler) return this.forget(key);
    const changes = this.changes.take(key);
    try {
      const { pods, atMs, wakeAtMs, error } = await this.reconciler.pass(key, object, changes);
      this.changes.add(key, pods);
      for (const time of [atMs, wakeAtMs]) if (time !== null) this.queue.addAt(key, time);
      if (error === undefined) await this.collect(key);
      if (error === undefined) this.queue.succeeded(key);
      else await this.failed(key, error);
    } catch (error) {
      // The pods that made this pass necessary still do.
      this.changes.add(key, changes);
      await this.failed(key, error);
    }
  }

  /** Deletes a workflow that has outlived its time. Only after a pass, so that its end has been told. */
  private async collect(key: string): Promise<void> {
    const object = this.objectOf(key);
    const expiry = object ? this.retirement.expiryOf(object) : null;
    if (!object || expiry === null) return;
    const now = this.clock.now();
    const isNeeded = this.informers?.pods.byIndex(BY_RUN, key).some((pod) => !this.means.isPodReleased(pod)) ?? false;
    if (expiry <= now && !isNeeded) await deleteExpired(this.options.kube, object);
    else this.queue.addAt(key, Math.max(expiry, now + (isNeeded ? RELEASE_POLL_MS : 0)));
  }

  private async failed(key: string, error: unknown): Promise<void> {
    const failures = this.queue.addAfterFailure(key);
    const fields = { workflow: key, failures, err: error };
    if (isKubeError(error, 'Conflict', 'NotFound')) return this.logger.debug(fields, 'A workflow changed meanwhile');
    if (failures < FAILURES_TO_TELL || isTransient(error))
      return this.logger.warn(fields, 'A pass over a workflow failed; trying again');
    this.logger.error(fields, 'Passes over a workflow keep failing');
    await this.tellOnWorkflow(key, stuckMessage(error));
  }

  private async tellOnWorkflow(key: string, message: string): Promise<void> {
    const object = this.objectOf(key);
    if (!object || object.status?.message === message) return;
    const { namespace, name = '', uid } = object.metadata;
    const patch = { metadata: { uid }, status: { message } };
    try {
      await this.options.kube.patch({ type: resources.workflows, namespace, name }, 'merge', patch);
    } catch (error) {
      this.logger.warn({ workflow: key, err: error }, 'Could not tell on the workflow that it is stuck');
    }
  }

  private lookAgain(key: string, pods: readonly string[] | null): void {
    this.changes.add(key, pods);
    this.queue.add(key);
  }

  /** Two at once is what a lock is there to prevent: the one that is not written down has to go. */
  private async lockLost(key: string, lock: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    this.logger.error({ workflow: key, lock }, 'A workflow lost a lock to another, and is terminated');
    try {
      await this.applyIntent(namespace, name, { type: 'TerminateRun' });
    } catch (error) {
      this.logger.warn({ workflow: key, err: error }, 'Could not terminate a workflow that lost a lock; trying again');
    }
  }

  private planResync(): void {
    this.cancelResync = this.clock.after(RESYNC_MS, () => {
      for (const object of this.workflows())
        if (!isFinalWorkflowPhase(object.status?.phase)) this.lookAgain(keyOf(object), null);
      this.abandoned.lookAtAll();
      this.planResync();
    });
  }

  private podSeen(pod: Pod, deleted: boolean): void {
    if (deleted) for (const outputs of [this.overflow, this.taskResults]) outputs.forget(pod);
    if (deleted) this.progress.forget(pod);
    else this.abandoned.look([pod]);
    this.options.onPod?.(pod, deleted);
  }

  private runSeen(workflow: Workflow, deleted: boolean): void {
    const key = keyOf(workflow);
    this.lastSuccesses?.changed(workflow);
    if (deleted) this.runDeleted(workflow);
    else {
      if (workflow.metadata.deletionTimestamp) this.abandoned.lookAtRun(key);
      this.turns.seen(key, workflow);
      this.retirement.seen(workflow);
      this.queue.add(key);
    }
    this.cron?.workflowChanged(workflow);
  }

  private runDeleted(workflow: Workflow): void {
    const key = keyOf(workflow);
    this.retirement.forget(workflow.metadata.uid ?? '');
    this.abandoned.lookAtRun(key);
    this.means.budgets.forget(workflow);
    this.forget(key);
    this.turns.gone(key);
    this.options
      .onRunDeleted?.(workflow)
      .catch((error: unknown) =>
        this.logger.error({ workflow: key, err: error }, 'Could not record that a workflow was deleted'),
      );
  }

  private forget(key: string): void {
    this.cache.drop(key);
    this.changes.forget(key);
    this.progress.forgetRun(key);
    forgetRun(this.means, key);
    this.queue.forget(key);
  }

  private objectOf(key: string): Workflow | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return this.informers?.workflows.get(namespace, name);
  }
}

const keyOf = ({ metadata }: Pick<Workflow, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

const pluginNames = ({ plugins = [] }: WorkflowControllerOptions): string[] =>
  plugins.flatMap(({ name }) => name ?? []);
