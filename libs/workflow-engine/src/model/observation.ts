import type { ArtifactRepository, Outputs, WorkflowTemplate } from '@argosy/workflow-spec';
import type { LockRef } from '../locks/lock-ref.js';
import type { LockView } from '../locks/lock-table.js';
import type { Instant } from './instant.js';
import type { RunOrigin } from './run-origin.js';

/** One of the programs that a step itself consists of: main, or the members of a container set. */
export interface ContainerObservation {
  readonly name: string;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';
  /** As Argo words it; empty when there is nothing to say. */
  readonly message: string;
  readonly finishedAt: Instant | null;
}

/** Why Kubernetes took a pod away, in its own words. */
export interface NeverStarted {
  readonly reason: string;
  readonly message: string;
}

/** What a pod looks like from outside, already translated from Kubernetes' terms by libs/pod-plan. */
export interface PodObservation {
  readonly podName: string;
  readonly nodeId: string;
  readonly uid: string;
  /** `Succeeded`, `Failed` and `Error` are final. `Failed` blames the user's program, `Error` the platform (Argo's rule). */
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';
  /** As Argo words it, e.g. `main: Error (exit code 1)`; empty when there is nothing to say. */
  readonly message: string;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  /** Exit code of the main container; null until it ended or when it never ran. */
  readonly exitCode: number | null;
  /**
   * Parameters, result and exit code the pod reported. `pending` means that the pod is final but that its outputs are
   * still on the way (they did not fit the termination message): the node stays Running until they are in.
   */
  readonly outputs: Outputs | null;
  readonly outputsPending: boolean;
  readonly containers: readonly ContainerObservation[];
  readonly hostNodeName: string;
  readonly podIP: string;
  /** All containers ready: what a daemon waits for. */
  readonly ready: boolean;
  /** `N/M` as reported by the container, or empty. */
  readonly progress: string;
  /**
   * Set when the pod failed for a reason of the cluster's (evicted, refused by the node, the node shut down) and it is
   * certain that no program of the step had begun.
   */
  readonly neverStarted: NeverStarted | null;
  /** The step is over, and containers that are not its own keep the pod running. */
  readonly lingers: boolean;
  /** Only its finalizer keeps the pod, and there is nothing more to wait for but that its end is on record. */
  readonly isHeldInVain: boolean;
  /** Requested resources times seconds run, in Argo's units (`cpu`, `memory`); null until final. */
  readonly resourcesDuration: Readonly<Record<string, number>> | null;
}

/** What a cache keeps of a call, as Argo writes it. */
export interface MemoEntry {
  readonly nodeID: string;
  readonly outputs: Outputs | null;
  readonly creationTimestamp: string;
  readonly lastHitTimestamp: string;
}
export interface MemoObservation {
  readonly entry: MemoEntry | null;
  /** Why the cache cannot be used at all. */
  readonly problem: string | null;
}

/** A lock of the cluster as one run sees it. */
export interface LockObservation extends LockView {
  /** How many may hold it at once; 0 keeps everybody waiting. */
  readonly limit: number;
  /** Why nobody can have it as things are: no such ConfigMap, no database. Null when there is a limit. */
  readonly problem: string | null;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}
/** What has become of a node's request to a server or plugin, as far as this controller knows. */
export type RequestObservation =
  /** It will be made as soon as the node says on record that it has been. */
  | { readonly state: 'ready' }
  | { readonly state: 'sent' }
  | { readonly state: 'answered'; readonly answer: HttpAnswer }
  /** A plugin's verdict, or why there is no answer. */
  | {
      readonly state: 'ended';
      readonly phase: 'Succeeded' | 'Failed' | 'Error';
      readonly message: string;
      readonly outputs?: Outputs;
    };

/** A ConfigMap with one artifact repository behind each key. */
export interface RepositoryMap {
  readonly namespace: string;
  /** The one that counts when none is named. */
  readonly defaultKey: string | undefined;
  /** @throws when what is behind the key describes none */
  repository(key: string): ArtifactRepository | undefined;
}

/** How long a run took that succeeded before, in seconds; 0 where that is not known. */
export interface EarlierRun {
  readonly seconds: number;
  /** Of the node with this name, but for the name of the run that it begins with. */
  nodeSeconds(nameInRun: string): number;
}

/** Why a volume claim cannot be made. */
export interface ClaimRefusal {
  readonly refusal: string;
  /** There may be room for it later. */
  readonly mayPass: boolean;
}

/**
 * A snapshot of what is outside, never a stream of events. Look-ups only, so that a pass costs what it asks for.
 * `changedPods` names the pods that may differ from what the state records, and nodes whose request may; null means: look at every open node
 * (first pass after a start, periodic resync).
 */
export interface World {
  pod(podName: string): PodObservation | undefined;
  /** Absent where no requests can be made. */
  request?(nodeId: string): RequestObservation | undefined;
  readonly changedPods: readonly string[] | null;
  persistentVolumeClaim(name: string): 'present' | 'absent' | ClaimRefusal;
  /** Budgets are not watched: only what was made or taken away is known. */
  podDisruptionBudget?(name: string): 'present' | 'absent' | 'unknown';
  /** Of the run's namespace. */
  workflowTemplate?(name: string): WorkflowTemplate | undefined;
  clusterWorkflowTemplate?(name: string): WorkflowTemplate | undefined;
  /** Artifact repositories that a ConfigMap describes, of the run's namespace or the controller's own. */
  artifactRepositories?(owner: 'run' | 'controller', configMap: string): RepositoryMap | undefined;
  /** Data of a ConfigMap key, for `configMapKeyRef`; undefined when absent. */
  configMapKey?(name: string, key: string): string | undefined;
  /**
   * A lock without what this run itself holds, which is on its own record. What the pass takes is taken when the decision
   * says so: whoever calls must let no other pass look in between.
   */
  lock?(lock: LockRef): LockObservation;
  /** What a cache of the run's namespace has under a key; without it nothing is remembered. */
  memo?(cacheName: string, key: string): MemoObservation;
  /** Why what a StoreMemo command asked for can never be; null when nobody has said so. */
  memoRefusal?(commandKey: string): string | null;
  /** The run of the same origin, in the run's namespace, that was the last to succeed; absent where nothing is estimated. */
  lastSuccess?(origin: RunOrigin): EarlierRun | undefined;
  /** Too many workflows are running: one that has not begun stays Pending. */
  readonly isPostponed?: boolean;
}
