import type { Clock } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import { applyIntent, instant } from '@argosy/workflow-engine';
import type { IntentApplied, IntentRefused, RunIntent } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import type { EffectMeans } from '../effects/effect.js';
import { carryOut } from '../effects/table.js';
import type { Informers } from '../informers.js';
import type { NodeKeeping } from '../nodes/node-keeping.js';
import type { ControllerLogger } from '../ports.js';

export type IntentResult =
  { readonly ok: true } | IntentRefused | { readonly ok: false; readonly code: 'not-found'; readonly message: string };

export interface IntentsOptions extends EffectMeans {
  readonly clock: Clock;
  readonly logger: ControllerLogger;
  readonly nodes: NodeKeeping;
  /** Undefined until the controller has begun. */
  readonly informers: () => Informers | undefined;
  readonly lookAt: (runKey: string) => void;
}

/** Times an intent is tried again when somebody wrote the object meanwhile. */
const TRIES = 5;

/** What people ask of runs, done between passes. */
export class Intents {
  constructor(private readonly options: IntentsOptions) {}

  async apply(namespace: string, name: string, intent: RunIntent): Promise<IntentResult> {
    const { kube, nodes, clock, informers, lookAt } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        const object = await kube.get<Workflow>({ type: resources.workflows, namespace, name });
        const recorded = await nodes.read(object);
        const outcome = applyIntent(recorded.state, intent, { now: instant(clock.now()) });
        if (!outcome.ok) return outcome;
        const { patch, state } = outcome;
        if (patch) {
          const written = await nodes.write({ ...recorded, before: recorded.state, patch, state });
          informers()?.workflows.observe(written.object);
        }
        await this.carryOut(object, outcome);
        lookAt(`${namespace}/${name}`);
        return { ok: true };
      } catch (error) {
        if (isKubeError(error, 'NotFound'))
          return { ok: false, code: 'not-found', message: `there is no workflow ${name} in namespace ${namespace}` };
        if (!isKubeError(error, 'Conflict') || attempt === TRIES) throw error;
      }
    }
  }

  /** What fails here costs nothing: a pod in the way is found again by the pass that needs its name. */
  private async carryOut(workflow: Workflow, { commands, state }: IntentApplied): Promise<void> {
    const informers = this.options.informers();
    if (!informers) return;
    const { error } = await carryOut(commands, {
      ...this.options,
      ...informers,
      workflow,
      phaseOf: (nodeId) => state.nodes.get(nodeId as never)?.phase,
      nowMs: this.options.clock.now(),
      finishedAtMs: null,
    });
    if (error === undefined) return;
    const { namespace, name } = workflow.metadata;
    const fields = { workflow: `${namespace}/${name}`, err: error };
    this.options.logger.warn(fields, 'Could not do all that was asked of a run at once');
  }
}
