import type { KubeObject, ObjectRef, ResourceType } from './resource.js';

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** `metadata.name=x`, `status.phase!=Running` and the like. */
  readonly fieldSelector?: string;
  /** Page size; without it everything comes at once. */
  readonly limit?: number;
  readonly continueToken?: string;
}
export interface ObjectList<T extends KubeObject> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}
export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Changes after this version. Without it, the present objects come first as ADDED. */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
}
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** `merge` is RFC 7396; it may carry `metadata.resourceVersion`, which makes a stale writer fail with Conflict. */
export type PatchType = 'merge' | 'json' | 'strategic-merge';
export type Subresource = 'status';

export interface DeleteOptions {
  /** Seconds between SIGTERM and SIGKILL; 0 removes the object at once. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}
export interface LogOptions {
  readonly container?: string;
  readonly follow?: boolean;
  /** Each line begins with its RFC 3339 time (nanoseconds) and a space. */
  readonly timestamps?: boolean;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * The port to a Kubernetes API: everything Argosy asks of a cluster. Two adapters, in-memory and client-node, pass one
 * contract suite (`@argosy/kube/testing`). Every method throws KubeError and nothing else.
 */
export interface KubeApi {
  get<T extends KubeObject>(ref: ObjectRef): Promise<T>;
  list<T extends KubeObject>(type: ResourceType, options?: ListOptions): Promise<ObjectList<T>>;
  create<T extends KubeObject>(type: ResourceType, object: T): Promise<T>;
  /** Replaces the object; a stale `metadata.resourceVersion` is a Conflict. */
  update<T extends KubeObject>(type: ResourceType, object: T, subresource?: Subresource): Promise<T>;
  patch<T extends KubeObject>(ref: ObjectRef, type: PatchType, patch: unknown, subresource?: Subresource): Promise<T>;
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(type: ResourceType, options: ListOptions): Promise<void>;
  /** Ends normally when the server closes the stream; throws KubeError('Gone') when the version is too old. */
  watch<T extends KubeObject>(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Raw bytes as the container wrote them. With `follow` it ends when the container does. */
  logs(ref: ObjectRef, options?: LogOptions): AsyncIterable<Uint8Array>;
}
