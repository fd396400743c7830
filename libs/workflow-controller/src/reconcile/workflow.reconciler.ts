import type { Clock, Informer } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { isArgoPod } from '@argosy/pod-plan';
import { instant, isFinalWorkflowPhase, isFulfilled, parseTime, reconcile } from '@argosy/workflow-engine';
import type { ControllerRules, Decision, MetricUpdate, NodeId, RunState, WorkflowPatch } from '@argosy/workflow-engine';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import type { EffectMeans } from '../effects/effect.js';
import type { Unsettled } from '../effects/table.js';
import { carryOut } from '../effects/table.js';
import type { EventRecorder } from '../events/event-recorder.js';
import { forEachAtMost } from '../effects/for-each-at-most.js';
import type { LastSuccesses } from '../estimates/last-successes.js';
import type { NodeKeeping } from '../nodes/node-keeping.js';
import { worldOf } from '../pods/pod-world.js';
import type { WorldSources } from '../pods/pod-world.js';
import type { RunSnapshot } from '../snapshot.js';
import { snapshotOf } from '../snapshot.js';
import type { ArtifactRepositories } from '../repositories/artifact-repositories.js';
import type { TemplateCatalog } from '../templates/template-catalog.js';
import type { Changes } from './changed-pods.js';
import { TransientFailure } from './failures.js';
import { Holes } from './holes.js';
import type { LoadedRun, RunCache } from './run-cache.js';

export interface ReconcilerOptions
  extends Omit<WorldSources, 'templates' | 'repositories' | 'memos' | 'estimates'>, EffectMeans {
  readonly templates: TemplateCatalog;
  readonly repositories: ArtifactRepositories;
  readonly clock: Clock;
  readonly workflows: Informer<Workflow>;
  readonly cache: RunCache;
  /** Absent when durations are not estimated. */
  readonly lastSuccesses: LastSuccesses | undefined;
  readonly nodes: NodeKeeping;
  readonly rules: ControllerRules;
  readonly events: EventRecorder;
  readonly onRunChanged: (snapshot: RunSnapshot) => Promise<void>;
  readonly onMetrics: (updates: readonly MetricUpdate[]) => void;
}

/** What is left after a pass, and when the engine wants to be asked again anyway (milliseconds since the epoch). */
export interface PassResult extends Unsettled {
  readonly wakeAtMs: number | null;
}

const LOG_READS_AT_ONCE = 4;
/** Times a decision is made anew because another controller took a lock meanwhile. */
const MOST_RACES = 5;

/** One pass over one run: load, decide, persist, act. */
export class WorkflowReconciler {
  constructor(private readonly options: ReconcilerOptions) {}

  /** Throws when nothing of the pass was done but perhaps the write: then it has to be repeated with the same changes. */
  async pass(key: string, object: Workflow, changes: Changes): Promise<PassResult> {
    const run = await this.options.cache.load(key, object);
    const unread = new Map<string, Pod>();
    const decision = await this.decide(key, object, run, changes, unread);
    await this.write(key, run, decision);
    const { pods, atMs, error } = await this.act(decision);
    const isOpen = (id: string): boolean => !isFulfilled(decision.state.nodes.get(id as NodeId)?.phase ?? 'Skipped');
    this.options.requests.settle(key, isOpen);
    // A run that is tried again asks again.
    if (isFinalWorkflowPhase(decision.state.status.phase)) this.options.refusedClaims.forgetRun(key);
    const read = await this.readOutputs(unread);
    return {
      pods: [...pods, ...unread.keys()],
      // What could not be read has its back-off.
      atMs: unread.size > 0 && read.error === undefined ? this.options.clock.now() : atMs,
      error: error ?? read.error,
      wakeAtMs: decision.wakeAt,
    };
  }

  private async decide(
    key: string,
    object: Workflow,
    run: LoadedRun,
    changes: Changes,
    unread: Map<string, Pod>,
  ): Promise<Decision<RunState>> {
    const { turns, caches, clock, rules, lastSuccesses, workflows } = this.options;
    const { namespace = '' } = object.metadata;
    const holes = new Holes();
    let races = 0;
    const templates = this.options.templates.lookups(namespace, holes);
    const repositories = this.options.repositories.lookups(namespace, holes);
    const memos = caches.lookups(key, holes);
    const estimates = lastSuccesses?.lookups(namespace, workflows, holes) ?? {};
    for (;;) {
      unread.clear();
      const sources = { ...this.options, templates, repositories, memos, estimates };
      const world = worldOf(object, run.fresh ? null : changes, sources, unread, holes);
      const decision = reconcile(run.state, world, { now: instant(clock.now()), rules });
      if (holes.isEmpty) {
        // Before anything else can look: from here to the end of the write these locks are taken.
        if (await turns.locks.reserve(key, run.state, decision.state)) return decision;
        if (++races === MOST_RACES) throw new TransientFailure('other controllers keep taking the locks first');
      }
      await holes.fill();
    }
  }

  private async write(key: string, run: LoadedRun, decision: Decision<RunState>): Promise<void> {
    const { cache, nodes, workflows, turns, requests } = this.options;
    const { patch, state } = decision;
    if (patch) {
      try {
        const { object, keeping } = await nodes.write({ ...run, before: run.state, patch, state });
        cache.store(key, { state, resourceVersion: object.metadata.resourceVersion ?? '', keeping });
        workflows.observe(object);
        requests.record(key, becameRunning(patch));
        this.recordEvents(object, decision);
      } catch (error) {
        // Somebody else wrote: what was decided is void, and the next pass starts from what they wrote.
        cache.drop(key);
        turns.locks.doubtful(key);
        if (isKubeError(error, 'Conflict', 'NotFound')) turns.locks.discarded(key, await this.refresh(state.workflow));
        throw error;
      }
    } else cache.store(key, { ...run, state });
    turns.locks.written(key, state);
    if (decision.metrics.length > 0) this.options.onMetrics(decision.metrics);
    if (patch || run.fresh) await this.tell(key, decision, run.fresh);
  }

  private recordEvents(workflow: Workflow, { state, journal }: Decision<RunState>): void {
    const { events, pods } = this.options;
    const { namespace = '' } = workflow.metadata;
    events.record({ workflow, state, journal, pod: (name) => pods.get(namespace, name) });
  }

  private async tell(key: string, decision: Decision<RunState>, full: boolean): Promise<void> {
    const changed = new Set(Object.keys(decision.patch?.status?.nodes ?? {}) as NodeId[]);
    try {
      await this.options.onRunChanged(snapshotOf(decision.state, full ? null : changed, decision.journal));
    } catch (cause) {
      // The object is written but its history is not: a fresh state will tell everything again.
      this.options.cache.drop(key);
      throw new TransientFailure(`the history of the run was not taken: ${(cause as Error).message}`, { cause });
    }
  }

  /** The informer may be behind for a while; asking saves passes that can only conflict again. */
  private async refresh({
    metadata: { namespace, name = '' },
  }: Omit<Workflow, 'status'>): Promise<Workflow | undefined> {
    const { kube, workflows } = this.options;
    try {
      const object = await kube.get<Workflow>({ type: resources.workflows, namespace, name });
      workflows.observe(object);
      return object;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  private act({ state: { workflow, status, nodes }, commands }: Decision<RunState>): Promise<Unsettled> {
    return carryOut(commands, {
      ...this.options,
      workflow: { ...workflow, spec: status.storedWorkflowTemplateSpec ?? workflow.spec },
      phaseOf: (nodeId) => nodes.get(nodeId as NodeId)?.phase,
      nowMs: this.options.clock.now(),
      finishedAtMs: parseTime(status.finishedAt),
    });
  }

  private async readOutputs(unread: ReadonlyMap<string, Pod>): Promise<{ error: unknown }> {
    let error: unknown;
    await forEachAtMost(LOG_READS_AT_ONCE, unread.values(), async (pod) => {
      if (await this.options[isArgoPod(pod) ? 'taskResults' : 'overflow'].fetch(pod)) return;
      error = new TransientFailure(`the outputs of pod ${pod.metadata?.name} could not be read yet`);
    });
    return { error };
  }
}

const becameRunning = ({ status }: WorkflowPatch): string[] =>
  Object.entries(status?.nodes ?? {}).flatMap(([id, node]) => (node?.phase === 'Running' ? [id] : []));
