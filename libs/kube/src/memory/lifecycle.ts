import type { DeleteOptions } from '../port/kube-api.js';
import type { KubeObject, ResourceType } from '../port/resource.js';
import { resources } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import { kubeTime } from '../port/time.js';
import { failedPrecondition } from './refusals.js';
import type { JsonObject } from './sealed-json.js';
import { at } from './sealed-json.js';
import type { Store } from './store.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const POD_GRACE_SECONDS = 30;

/** How objects end: grace periods, finalizers, owners that take their dependents along, namespaces that empty themselves. */
export class Lifecycle {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  delete(type: ResourceType, object: KubeObject, options: DeleteOptions): void {
    checkPreconditions(type, object, options);
    const grace = graceSeconds(type, object, options);
    const finalizers = this.finalizersFor(object, options);
    const metadata = object.metadata;
    if (metadata?.deletionTimestamp !== undefined) {
      // Asking again can only make it sooner.
      const sooner = grace < (metadata.deletionGracePeriodSeconds ?? 0);
      if (sooner) this.settle(type, this.mark(type, object, grace, finalizers));
      else if (grace === 0) this.settle(type, object);
      return;
    }
    if (grace === 0 && finalizers.length === 0 && type.kind !== 'Namespace') return this.remove(type, object);
    const marked = this.mark(type, object, grace, finalizers);
    if (finalizers.includes(FOREGROUND)) this.deleteDependents(marked);
    if (finalizers.includes(ORPHAN)) this.orphanDependents(type, marked);
    if (type.kind === 'Namespace') this.emptyNamespace(marked.metadata?.name ?? '');
    this.settle(type, this.current(type, marked) ?? marked);
  }

  /** Removes an object that is marked and that nothing holds any more. */
  settle(type: ResourceType, object: KubeObject): void {
    const current = this.current(type, object);
    const metadata = current?.metadata;
    if (!current || metadata?.deletionTimestamp === undefined) return;
    if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return;
    if (type.kind === 'Namespace' && this.hasContents(metadata.name ?? '')) return;
    const finalizers = metadata.finalizers ?? [];
    if (finalizers.length === 0) return this.remove(type, current);
    if (!finalizers.includes(FOREGROUND) || this.isBlocked(metadata.uid ?? '')) return;
    const rest = finalizers.filter((finalizer) => finalizer !== FOREGROUND);
    this.settle(type, this.setFinalizers(type, current, rest));
  }

  /** Collects a new object whose owners are all gone, as the garbage collector does. */
  collectIfOwnerless(type: ResourceType, object: KubeObject): void {
    const owners = object.metadata?.ownerReferences ?? [];
    const known = new Set(this.store.types.map((other) => other.kind));
    const isAbsent = (owner: { kind: string; uid: string }): boolean =>
      known.has(owner.kind) && !this.store.hasUid(owner.uid);
    if (owners.length > 0 && owners.every(isAbsent)) this.delete(type, object, {});
  }

  private remove(type: ResourceType, object: KubeObject): void {
    this.store.remove(type, object);
    this.deleteDependents(object);
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const found = this.ownerOf(object, owner);
      if (found) this.settle(found.type, found.object);
    }
    const namespace = object.metadata?.namespace;
    const home = namespace === undefined ? undefined : this.store.table(resources.namespaces).get('', namespace);
    if (home) this.settle(resources.namespaces, home);
  }

  private deleteDependents(owner: KubeObject): void {
    const uid = owner.metadata?.uid ?? '';
    for (const { type, object } of this.store.dependentsOf(uid)) {
      const isHeldByAnother = (object.metadata?.ownerReferences ?? []).some(
        (other) => other.uid !== uid && this.store.hasUid(other.uid),
      );
      if (!isHeldByAnother) this.delete(type, object, {});
    }
  }

  private orphanDependents(type: ResourceType, owner: KubeObject): void {
    const uid = owner.metadata?.uid ?? '';
    for (const { type: kind, object } of this.store.dependentsOf(uid)) {
      const rest = (object.metadata?.ownerReferences ?? []).filter((other) => other.uid !== uid);
      this.store.put(kind, withMetadata(object, { ownerReferences: rest }), object);
    }
    const current = this.current(type, owner);
    const finalizers = current?.metadata?.finalizers ?? [];
    if (current)
      this.setFinalizers(
        type,
        current,
        finalizers.filter((finalizer) => finalizer !== ORPHAN),
      );
  }

  private emptyNamespace(namespace: string): void {
    for (const type of this.store.types) {
      if (!type.namespaced) continue;
      for (const object of this.store.table(type).select(namespace)) {
        const current = this.current(type, object);
        if (current) this.delete(type, current, {});
      }
    }
  }

  private hasContents(namespace: string): boolean {
    return this.store.types.some((type) => type.namespaced && this.store.table(type).hasAnyIn(namespace));
  }

  private isBlocked(ownerUid: string): boolean {
    return this.store
      .dependentsOf(ownerUid)
      .some(({ object }) =>
        object.metadata?.ownerReferences?.some((owner) => owner.uid === ownerUid && owner.blockOwnerDeletion === true),
      );
  }

  private finalizersFor(object: KubeObject, options: DeleteOptions): readonly string[] {
    const present = object.metadata?.finalizers ?? [];
    const extra =
      options.propagationPolicy === 'Foreground' ? FOREGROUND : options.propagationPolicy === 'Orphan' ? ORPHAN : '';
    return extra === '' || present.includes(extra) ? present : [...present, extra];
  }

  private mark(type: ResourceType, object: KubeObject, grace: number, finalizers: readonly string[]): KubeObject {
    const marked = withMetadata(object, {
      deletionTimestamp: kubeTime(this.clock.now() + grace * 1000),
      deletionGracePeriodSeconds: grace,
      ...(finalizers.length > 0 && { finalizers }),
    });
    const terminating: JsonObject =
      type.kind === 'Namespace' ? { ...marked, status: { phase: 'Terminating' } } : marked;
    return this.store.put(type, terminating, object);
  }

  private setFinalizers(type: ResourceType, object: KubeObject, finalizers: readonly string[]): KubeObject {
    return this.store.put(type, withMetadata(object, { finalizers }), object);
  }

  private current(type: ResourceType, object: KubeObject): KubeObject | undefined {
    const found = this.store.table(type).get(object.metadata?.namespace ?? '', object.metadata?.name ?? '');
    return found?.metadata?.uid === object.metadata?.uid ? found : undefined;
  }

  private ownerOf(
    object: KubeObject,
    owner: { kind: string; name: string; uid: string },
  ): { type: ResourceType; object: KubeObject } | undefined {
    const type = this.store.types.find((candidate) => candidate.kind === owner.kind);
    if (!type) return undefined;
    const namespace = type.namespaced ? (object.metadata?.namespace ?? '') : '';
    const found = this.store.table(type).get(namespace, owner.name);
    return found?.metadata?.uid === owner.uid ? { type, object: found } : undefined;
  }
}

function withMetadata(object: KubeObject, changes: JsonObject): JsonObject {
  const json = object as unknown as JsonObject;
  return { ...json, metadata: { ...(json.metadata as JsonObject), ...changes } };
}

/** Only pods end gracefully, and only those that a node may be running. */
function graceSeconds(type: ResourceType, object: KubeObject, options: DeleteOptions): number {
  if (type.group !== '' || type.kind !== 'Pod') return 0;
  const pod = object as unknown as JsonObject;
  const phase = at(pod, ['status', 'phase']);
  const isRunnable = at(pod, ['spec', 'nodeName']) !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
  if (!isRunnable) return 0;
  const own = at(pod, ['spec', 'terminationGracePeriodSeconds']);
  return Math.max(0, options.gracePeriodSeconds ?? (typeof own === 'number' ? own : POD_GRACE_SECONDS));
}

function checkPreconditions(type: ResourceType, object: KubeObject, { preconditions }: DeleteOptions): void {
  const { name = '', uid = '', resourceVersion = '' } = object.metadata ?? {};
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw failedPrecondition(type, name, 'UID', preconditions.uid, uid);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw failedPrecondition(type, name, 'ResourceVersion', preconditions.resourceVersion, resourceVersion);
  }
}
