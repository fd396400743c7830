import type { Clock, Informer, KubeApi, KubeObject } from '@argosy/kube';
import { createInformer, isKubeError, resources, systemClock } from '@argosy/kube';
import type { SupervisorSource } from '@argosy/pod-plan';
import { applyIntent, hydrate, instant } from '@argosy/workflow-engine';
import type { IntentRefused, RunIntent } from '@argosy/workflow-engine';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import { carryOut } from './effects/table.js';
import { OverflowOutputs } from './pods/overflow-outputs.js';
import { watchPods } from './pods/pod-watch.js';
import { RefusedPods } from './pods/refused-pods.js';
import type { ControllerLogger } from './ports.js';
import { silentLogger } from './ports.js';
import { WorkQueue } from './queue/work-queue.js';
import { persist } from './reconcile/persist.js';
import { RunCache } from './reconcile/run-cache.js';
import { WorkflowReconciler } from './reconcile/workflow.reconciler.js';
import type { RunSnapshot } from './snapshot.js';

export interface WorkflowControllerOptions {
  readonly kube: KubeApi;
  readonly supervisor: SupervisorSource;
  /** Only this namespace; all when absent. */
  readonly namespace?: string;
  readonly clock?: Clock;
  readonly logger?: ControllerLogger;
  /** Runs worked on at the same time. Default: 8. */
  readonly concurrency?: number;
  /** Called after every pass that changed a run, and once for each run that is found at the start. */
  readonly onRunChanged?: (snapshot: RunSnapshot) => Promise<void>;
  readonly onRunDeleted?: (workflow: Workflow) => Promise<void>;
  /** Every pod of a run as it changes, for whoever ships logs. */
  readonly onPod?: (pod: Pod, deleted: boolean) => void;
}

export type IntentResult =
  { readonly ok: true } | IntentRefused | { readonly ok: false; readonly code: 'not-found'; readonly message: string };

const DEFAULT_CONCURRENCY = 8;
/** Times an intent is tried again when somebody wrote the object meanwhile. */
const INTENT_TRIES = 5;
/** Passes over one run that may fail in a row before it is looked at only every half minute and said aloud. */
const FAILURES_TO_TELL = 5;

/** The shell around the engine: runs workflows of one cluster. Any number may start and stop; the cluster holds all state. */
export class WorkflowController {
  private readonly cache = new RunCache();
  private readonly overflow: OverflowOutputs;
  private readonly refused = new RefusedPods();
  private readonly changedPods = new Map<string, Set<string>>();
  private readonly clock: Clock;
  private readonly logger: ControllerLogger;
  private readonly queue: WorkQueue;
  private reconciler: WorkflowReconciler | undefined;
  private informers: { workflows: Informer<Workflow>; pods: Informer<Pod>; claims: Informer<KubeObject> } | undefined;

  constructor(private readonly options: WorkflowControllerOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.overflow = new OverflowOutputs(options.kube);
    this.queue = new WorkQueue((key) => this.work(key), {
      clock: this.clock,
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      onError: (key, error) => this.failed(key, error),
    });
  }

  /** Resolves when the present workflows and pods are known and work has begun. */
  async start(): Promise<void> {
    const { kube, namespace } = this.options;
    const onError = (error: Error): void =>
      this.logger.warn({ err: error }, 'Lost the watch of the cluster; trying again');
    const pods = watchPods({
      kube,
      namespace,
      clock: this.clock,
      onError,
      onChange: (key, pod) => this.podChanged(key, pod),
      onPod: (pod, deleted) => this.podSeen(pod, deleted),
    });
    const claims = createInformer<KubeObject>(kube, resources.persistentVolumeClaims, {
      namespace,
      clock: this.clock,
      onError,
    });
    await Promise.all([pods.synced, claims.synced]);
    const workflows = createInformer<Workflow & KubeObject>(kube, resources.workflows, {
      namespace,
      clock: this.clock,
      onError,
      onChange: ({ type, object }) => (type === 'deleted' ? this.runDeleted(object) : this.queue.add(keyOf(object))),
    });
    this.informers = { workflows, pods, claims };
    this.reconciler = new WorkflowReconciler({
      ...this.informers,
      kube,
      clock: this.clock,
      cache: this.cache,
      overflow: this.overflow,
      refused: this.refused,
      supervisor: this.options.supervisor,
      onRunChanged: async (snapshot) => this.options.onRunChanged?.(snapshot),
    });
    await workflows.synced;
  }

  /** Finishes the passes under way and stops watching. Pods go on. */
  async stop(): Promise<void> {
    await this.queue.stop();
    await Promise.all(Object.values(this.informers ?? {}).map((informer: Informer<KubeObject>) => informer.stop()));
  }

  /** Resolves when no run wants a look right now. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  /** Everything known about a run, whole; for a history that missed something. Undefined when there is no such workflow. */
  snapshot(namespace: string, name: string): RunSnapshot | undefined {
    const object = this.informers?.workflows.get(namespace, name);
    if (!object) return undefined;
    const { state } = this.cache.load(keyOf(object), object);
    return {
      workflow: state.workflow,
      status: state.status,
      nodes: [...state.nodes.values()],
      nodeCount: state.nodes.size,
      full: true,
      journal: [],
    };
  }

  /** All workflows that are known. */
  workflows(): Workflow[] {
    return this.informers?.workflows.list() ?? [];
  }

  /** Does what a person asks of a run. */
  async applyIntent(namespace: string, name: string, intent: RunIntent): Promise<IntentResult> {
    const { kube } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        const object = await kube.get<Workflow>({ type: resources.workflows, namespace, name });
        const outcome = applyIntent(hydrate(object), intent, { now: instant(this.clock.now()) });
        if (!outcome.ok) return outcome;
        // Pods that have to go must go first: a node that is reset would take its old pod for the new one.
        await carryOut(outcome.commands, {
          kube,
          workflow: object,
          supervisor: this.options.supervisor,
          refused: this.refused,
          nowMs: this.clock.now(),
          observePod: () => undefined,
        });
        if (outcome.patch) {
          const written = await persist(kube, object, object.metadata.resourceVersion ?? '', outcome.patch);
          this.informers?.workflows.observe(written);
        }
        this.queue.add(`${namespace}/${name}`);
        return { ok: true };
      } catch (error) {
        if (isKubeError(error, 'NotFound'))
          return { ok: false, code: 'not-found', message: `there is no workflow ${name} in namespace ${namespace}` };
        if (!isKubeError(error, 'Conflict') || attempt === INTENT_TRIES) throw error;
      }
    }
  }

  private async work(key: string): Promise<void> {
    const changed = this.changedPods.get(key);
    this.changedPods.delete(key);
    try {
      const result = await this.reconciler?.pass(key, [...(changed ?? [])]);
      this.queue.succeeded(key);
      if (result?.wakeAtMs != null) this.queue.addAt(key, result.wakeAtMs);
    } catch (error) {
      // The pods that made this pass necessary still do.
      for (const pod of changed ?? []) this.noteChange(key, pod);
      throw error;
    }
  }

  private failed(key: string, error: unknown): void {
    const failures = this.queue.addAfterFailure(key);
    const fields = { workflow: key, failures, err: error };
    if (isKubeError(error, 'Conflict'))
      this.logger.debug(fields, 'Somebody else changed the workflow; passing over it again');
    else if (failures < FAILURES_TO_TELL) this.logger.warn(fields, 'A pass over the workflow failed; trying again');
    else this.logger.error(fields, 'Passes over the workflow keep failing');
  }

  private podChanged(key: string, podName: string): void {
    this.noteChange(key, podName);
    this.queue.add(key);
  }

  private noteChange(key: string, podName: string): void {
    const pods = this.changedPods.get(key) ?? new Set();
    this.changedPods.set(key, pods.add(podName));
  }

  private podSeen(pod: Pod, deleted: boolean): void {
    if (deleted) this.overflow.forget(pod);
    this.options.onPod?.(pod, deleted);
  }

  private runDeleted(workflow: Workflow): void {
    const key = keyOf(workflow);
    this.cache.drop(key);
    this.changedPods.delete(key);
    this.queue.forget(key);
    this.options
      .onRunDeleted?.(workflow)
      .catch((error: unknown) =>
        this.logger.error({ workflow: key, err: error }, 'Could not record that a workflow was deleted'),
      );
  }
}

const keyOf = ({ metadata }: Pick<Workflow, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
