import type { HTTP, PersistentVolumeClaim, PodDisruptionBudgetSpec, Template } from '@argosy/workflow-spec';
import type { Instant } from './instant.js';
import type { PodSettings } from '../scope/pod-settings.js';
import type { MemoEntry } from './observation.js';

/**
 * What must be made true outside. Commands are derived from state on every pass, never remembered: the same state and
 * world give the same commands under the same keys, so a lost one costs nothing and a repeated one changes nothing.
 */
export interface EnsurePod {
  readonly type: 'EnsurePod';
  readonly key: string;
  readonly podName: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly displayName: string;
  /** The template with every tag resolved; ready to become a pod. */
  readonly template: Template;
  readonly templateName: string;
  /** Template of the enclosing steps or DAG, whose nodeSelector, affinity and tolerations come before the workflow's. */
  readonly boundaryTemplate: Template | null;
  /** Fields of the workflow's spec that have tags, replaced for this pod; they stand for those of the spec. */
  readonly settings?: PodSettings;
  /** Whether something refers to `outputs.result` of this node; only then is stdout captured. */
  readonly includeScriptOutput: boolean;
  /** The pod must be over by then, whenever it starts, and whatever the template says; null when nothing limits it. */
  readonly deadline: Instant | null;
  /** An exit handler's pod survives Stop and the workflow's deadline. */
  readonly onExit: boolean;
  readonly retryAttempt: number | null;
  /** Hosts the pod must avoid (retry anti-affinity). */
  readonly avoidHosts: readonly string[];
}
/** End the pod's containers: SIGTERM, then SIGKILL after the grace period. The pod object stays, its status tells the end. */
export interface TerminatePod {
  readonly type: 'TerminatePod';
  readonly key: string;
  readonly podName: string;
  readonly nodeId: string;
}
/** Remove the pod object (pod garbage collection, manual retry). */
export interface DeletePod {
  readonly type: 'DeletePod';
  readonly key: string;
  readonly podName: string;
  readonly nodeId: string;
}
/** Take away the finalizer that keeps the pod until its end is on record. */
export interface FreePod {
  readonly type: 'FreePod';
  readonly key: string;
  readonly podName: string;
  readonly nodeId: string;
}
export const freePod = (podName: string, nodeId: string): FreePod => ({
  type: 'FreePod',
  key: `FreePod/${podName}`,
  podName,
  nodeId,
});
/** Make a node's request, once; with `isRecorded` unset only get ready to. */
export interface SendHttp {
  readonly type: 'SendHttp';
  readonly key: string;
  readonly nodeId: string;
  readonly request: HTTP;
  /** Whether it is on record that the request has been made: only then may it be. */
  readonly isRecorded: boolean;
}
/** Hand a template to the executor plugins, again and again until one of them has done with it. */
export interface CallPlugin {
  readonly type: 'CallPlugin';
  readonly key: string;
  readonly nodeId: string;
  readonly template: Template;
}
export interface EnsurePersistentVolumeClaim {
  readonly type: 'EnsurePersistentVolumeClaim';
  readonly key: string;
  readonly name: string;
  readonly claim: PersistentVolumeClaim;
}
export interface DeletePersistentVolumeClaim {
  readonly type: 'DeletePersistentVolumeClaim';
  readonly key: string;
  readonly name: string;
}
/** Keep the outputs of a call in a cache. Whoever carries it out says so by showing the entry, or a refusal. */
export interface StoreMemo {
  readonly type: 'StoreMemo';
  readonly key: string;
  readonly cacheName: string;
  readonly memoKey: string;
  readonly entry: MemoEntry;
  /** Nobody waits for it, so that it may fail. */
  readonly isCourtesy: boolean;
}
/** Keep pods of the run from being evicted too many at once, as long as it runs. */
export interface EnsurePodDisruptionBudget {
  readonly type: 'EnsurePodDisruptionBudget';
  readonly key: string;
  readonly name: string;
  readonly spec: PodDisruptionBudgetSpec;
}
export interface DeletePodDisruptionBudget {
  readonly type: 'DeletePodDisruptionBudget';
  readonly key: string;
  readonly name: string;
}
export type EngineCommand =
  | EnsurePod
  | TerminatePod
  | DeletePod
  | FreePod
  | SendHttp
  | CallPlugin
  | EnsurePersistentVolumeClaim
  | DeletePersistentVolumeClaim
  | StoreMemo
  | EnsurePodDisruptionBudget
  | DeletePodDisruptionBudget;
export type EngineCommandType = EngineCommand['type'];
export type CommandOf<T extends EngineCommandType> = Extract<EngineCommand, { type: T }>;
