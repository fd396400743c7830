import type { KubeApi } from '@argosy/kube';
import type { CommandOf, EngineCommandType } from '@argosy/workflow-engine';
import type { SupervisorSource } from '@argosy/pod-plan';
import type { Pod, Workflow } from '@argosy/workflow-spec';
import type { RefusedPods } from '../pods/refused-pods.js';

export interface EffectContext {
  readonly kube: KubeApi;
  /** Metadata and the spec that is executed. */
  readonly workflow: Workflow;
  readonly supervisor: SupervisorSource;
  readonly refused: RefusedPods;
  readonly nowMs: number;
  /** Takes in a pod that was just written, so that the next pass sees it before the watch brings it. */
  readonly observePod: (pod: Pod) => void;
}

/**
 * Makes true what a command says. Idempotent: what is so already is success. `again` asks for another pass, because
 * something has to go first or the outcome is known at once.
 */
export type Effect<T extends EngineCommandType> = (
  command: CommandOf<T>,
  context: EffectContext,
) => Promise<'done' | 'again'>;
