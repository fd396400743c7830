import type { Clock, Informer, KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { SupervisorSource } from '@argosy/pod-plan';
import { instant, reconcile } from '@argosy/workflow-engine';
import type { Decision, NodeId, RunState } from '@argosy/workflow-engine';
import type { NodeStatus, Pod, Workflow } from '@argosy/workflow-spec';
import { expiryOf } from '../collection/time-to-live.js';
import { carryOut } from '../effects/table.js';
import { worldOf } from '../pods/pod-world.js';
import type { WorldSources } from '../pods/pod-world.js';
import type { RunSnapshot } from '../snapshot.js';
import { persist } from './persist.js';
import type { RunCache } from './run-cache.js';

export interface ReconcilerOptions extends WorldSources {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly workflows: Informer<Workflow>;
  readonly cache: RunCache;
  readonly supervisor: SupervisorSource;
  /** Must have taken the snapshot durably when it resolves: what it tells may be deleted afterwards. */
  readonly onRunChanged: (snapshot: RunSnapshot) => Promise<void>;
}

/** What the queue does after a pass. */
export interface PassResult {
  /** Look again at this time (milliseconds since the epoch); null: on the next change. */
  readonly wakeAtMs: number | null;
}

/** One pass over one run: load, decide, persist, act. */
export class WorkflowReconciler {
  constructor(private readonly options: ReconcilerOptions) {}

  /** `changedPods`: those that changed since the last pass; null: look at all. Throws when the pass has to be repeated. */
  async pass(key: string, changedPods: readonly string[] | null): Promise<PassResult> {
    const { cache, clock, workflows, kube } = this.options;
    const [namespace = '', name = ''] = key.split('/');
    const object = workflows.get(namespace, name);
    if (!object || object.metadata.deletionTimestamp) {
      cache.drop(key);
      this.options.refused.forgetRun(namespace, name);
      return { wakeAtMs: null };
    }
    const expiry = expiryOf(object);
    if (expiry !== null && expiry <= clock.now()) {
      await kube.delete(
        { type: resources.workflows, namespace, name },
        { propagationPolicy: 'Background', preconditions: { uid: object.metadata.uid } },
      );
      return { wakeAtMs: null };
    }
    const { state, resourceVersion, fresh } = cache.load(key, object);
    const unread = new Map<string, Pod>();
    const world = worldOf(namespace, fresh ? null : changedPods, this.options, unread);
    const decision = reconcile(state, world, { now: instant(clock.now()) });
    await this.write(key, decision, resourceVersion, fresh);
    const outcome = await this.act(decision, unread);
    return {
      wakeAtMs: earliest(
        outcome === 'again' ? clock.now() : null,
        decision.wakeAt,
        expiryOf({ ...object, status: decision.state.status }),
      ),
    };
  }

  private async write(
    key: string,
    decision: Decision<RunState>,
    resourceVersion: string,
    fresh: boolean,
  ): Promise<void> {
    const { cache, kube, workflows } = this.options;
    if (!decision.patch) {
      cache.store(key, decision.state, resourceVersion);
      if (fresh) await this.options.onRunChanged(snapshotOf(decision, true));
      return;
    }
    try {
      const written = await persist(kube, decision.state.workflow, resourceVersion, decision.patch);
      cache.store(key, decision.state, written.metadata.resourceVersion ?? '');
      workflows.observe(written);
    } catch (error) {
      // Somebody else wrote: what was decided is void, and the next pass starts from what they wrote.
      cache.drop(key);
      if (isKubeError(error, 'Conflict')) await this.refresh(decision.state.workflow);
      throw error;
    }
    await this.options.onRunChanged(snapshotOf(decision, fresh));
  }

  /** The informer may be behind for a while; asking saves passes that can only conflict again. */
  private async refresh({ metadata: { namespace, name = '' } }: Omit<Workflow, 'status'>): Promise<void> {
    this.options.workflows.observe(
      await this.options.kube.get<Workflow>({ type: resources.workflows, namespace, name }),
    );
  }

  private async act(decision: Decision<RunState>, unread: ReadonlyMap<string, Pod>): Promise<'done' | 'again'> {
    const { kube, supervisor, refused, clock, pods, overflow } = this.options;
    const { workflow, status } = decision.state;
    const outcome = await carryOut(decision.commands, {
      kube,
      supervisor,
      refused,
      nowMs: clock.now(),
      workflow: { ...workflow, spec: status.storedWorkflowTemplateSpec ?? workflow.spec },
      observePod: (pod) => pods.observe(pod),
    });
    let again = outcome === 'again';
    for (const pod of unread.values()) {
      const result = await overflow.fetch(pod);
      if (result === 'again') throw new OutputsNotReadable(pod.metadata?.name ?? '');
      again = true;
    }
    return again ? 'again' : 'done';
  }
}

/** The outputs of a pod could not be read from its log just now. */
export class OutputsNotReadable extends Error {
  override readonly name = 'OutputsNotReadable';
  constructor(podName: string) {
    super(`the outputs of pod ${podName} could not be read from its log`);
  }
}

function snapshotOf({ state, patch, journal }: Decision<RunState>, full: boolean): RunSnapshot {
  const changed = new Set(Object.keys(patch?.status?.nodes ?? {}));
  const nodes: NodeStatus[] = [];
  if (full) nodes.push(...state.nodes.values());
  else
    for (const id of changed as Set<NodeId>) nodes.push(...[state.nodes.get(id)].filter((node) => node !== undefined));
  return { workflow: state.workflow, status: state.status, nodes, nodeCount: state.nodes.size, full, journal };
}

const earliest = (...times: (number | null)[]): number | null => {
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? Math.min(...known) : null;
};
