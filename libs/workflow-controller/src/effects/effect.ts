import type { KubeApi, KubeObject } from '@argosy/kube';
import type { CommandOf, EngineCommandType } from '@argosy/workflow-engine';
import type { SupervisorSource } from '@argosy/pod-plan';
import type { NodePhase, Pod, Workflow } from '@argosy/workflow-spec';
import type { MemoCaches } from '../cache/memo-caches.js';
import type { DisruptionBudgets } from '../collection/disruption-budgets.js';
import type { ImageCommands } from '../images/image-commands.js';
import type { RefusedClaims } from '../pods/refused-claims.js';
import type { RefusedPods } from '../pods/refused-pods.js';
import type { NodeRequests } from '../requests/node-requests.js';

/** What is known of one kind, and where to put what was just written, so that the next pass need not wait for the watch. */
export interface Known<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  observe(object: T): void;
}

/** What the effects of all runs have in common. */
export interface EffectMeans extends NodeRequests {
  readonly kube: KubeApi;
  readonly supervisor: SupervisorSource;
  readonly images: ImageCommands;
  /** Pods get a finalizer that keeps them until their end is on record. */
  readonly holdsPods: boolean;
  readonly refused: RefusedPods;
  readonly refusedClaims: RefusedClaims;
  readonly budgets: DisruptionBudgets;
  readonly caches: MemoCaches;
  readonly isPodReleased: (pod: Pod) => boolean;
}

export interface EffectContext extends EffectMeans {
  /** Metadata and the spec that is executed. */
  readonly workflow: Workflow;
  readonly phaseOf: (nodeId: string) => NodePhase | undefined;
  readonly pods: Known<Pod>;
  readonly claims: Known<KubeObject>;
  readonly nowMs: number;
  /** When the run ended; null while it has not. */
  readonly finishedAtMs: number | null;
}

/** `lookAgainAtMs`: the command is not fulfilled yet; the pass that begins then derives it again if it is still wanted. */
export type EffectOutcome = 'done' | { readonly lookAgainAtMs: number };

/** Makes true what a command says. Idempotent: what is so already is success. */
export type Effect<T extends EngineCommandType> = (
  command: CommandOf<T>,
  context: EffectContext,
) => Promise<EffectOutcome>;

/** Something that is not ours stands where ours has to be. Only a person can tell which of the two may stay. */
export class ForeignObject extends Error {
  override readonly name = 'ForeignObject';
  constructor(kind: string, name: string) {
    super(`${kind} ${name} exists already and does not belong to this workflow`);
  }
}

export const runKeyOf = ({ workflow: { metadata } }: EffectContext): string =>
  `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

export const isOwnedBy = (object: KubeObject, workflow: Workflow): boolean =>
  object.metadata?.ownerReferences?.some(({ uid }) => uid === workflow.metadata.uid) ?? false;
