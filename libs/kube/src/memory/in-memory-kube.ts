import { randomBytes, randomUUID } from 'node:crypto';
import { KubeError } from '../port/errors.js';
import type {
  DeleteOptions,
  KubeApi,
  ListOptions,
  LogOptions,
  ObjectList,
  PatchType,
  Subresource,
  WatchEvent,
  WatchOptions,
} from '../port/kube-api.js';
import type { KubeObject, ObjectRef, ResourceType } from '../port/resource.js';
import { resources } from '../port/resource.js';
import type { Clock } from '../port/time.js';
import { kubeTime, systemClock } from '../port/time.js';
import { checkKind, withDefaults, without } from './admission.js';
import { EventExpiry } from './event-expiry.js';
import type { KubeJournal } from './journal.js';
import { jsonPatch } from './json-patch.js';
import { Lifecycle } from './lifecycle.js';
import { mergePatch } from './merge-patch.js';
import { checkNames, generatedName } from './names.js';
import { Pages } from './pages.js';
import {
  alreadyExists,
  badRequest,
  failedPrecondition,
  invalid,
  noSuchResource,
  notFound,
  staleVersion,
} from './refusals.js';
import type { Json, JsonObject } from './sealed-json.js';
import { isEqual, isObject, seal } from './sealed-json.js';
import type { Predicate } from './selectors.js';
import { fieldPredicate, firstEquality, labelPredicate } from './selectors.js';
import { Store } from './store.js';
import { strategicMerge } from './strategic-merge.js';

export interface KubeIds {
  uid(): string;
  /** Five characters that end a generated name. */
  suffix(): string;
}
/** Where `logs` come from: the node that runs the pods, or a script in a test. */
export type PodLogSource = (pod: KubeObject, options: LogOptions) => AsyncIterable<Uint8Array>;

export interface InMemoryKubeOptions {
  readonly clock?: Clock;
  readonly ids?: KubeIds;
  readonly journal?: KubeJournal;
  /** Namespaces that exist from the start. Default: `default`. */
  readonly namespaces?: readonly string[];
  /** Labels by which lists are narrowed without a scan. Default: the label of a workflow's pods. */
  readonly indexedLabels?: readonly string[];
  /** Changes of each kind from which a watch can resume; older versions are Gone. Default 10,000. */
  readonly historyLimit?: number;
}
export interface InMemoryKube extends KubeApi {
  /** Names the source of pod logs; until then every pod is "waiting to start". */
  attachLogs(source: PodLogSource): void;
  /** Ends all watches, as a restarting API server does. */
  disconnectWatchers(): void;
}

// Without vowels and look-alikes, as Kubernetes chooses them.
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const randomIds: KubeIds = {
  uid: () => randomUUID(),
  suffix: () => [...randomBytes(5)].map((byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join(''),
};

/**
 * A Kubernetes API in memory. Objects that come out are frozen and shared: copy before you change one. Every kind is
 * accepted; pods, claims, namespaces and secrets get the defaults and rules that Argosy depends on.
 */
export const createInMemoryKube = (options: InMemoryKubeOptions = {}): InMemoryKube => new MemoryKube(options);

class MemoryKube implements InMemoryKube {
  private readonly clock: Clock;
  private readonly ids: KubeIds;
  private readonly store: Store;
  private readonly lifecycle: Lifecycle;
  private readonly eventExpiry: EventExpiry;
  private readonly pages = new Pages();
  private readonly indexedLabels: ReadonlySet<string>;
  private logSource: PodLogSource | undefined;

  constructor(options: InMemoryKubeOptions) {
    this.clock = options.clock ?? systemClock;
    this.ids = options.ids ?? randomIds;
    this.indexedLabels = new Set(options.indexedLabels ?? ['workflows.argoproj.io/workflow']);
    this.store = new Store({
      indexedLabels: this.indexedLabels,
      historyLimit: options.historyLimit ?? 10_000,
      ...(options.journal && { journal: options.journal }),
    });
    this.lifecycle = new Lifecycle(this.store, this.clock);
    this.eventExpiry = new EventExpiry(this.store, this.lifecycle, this.clock);
    for (const name of options.namespaces ?? ['default']) {
      if (!this.store.table(resources.namespaces).get('', name))
        this.insert(resources.namespaces, { metadata: { name } });
    }
  }

  attachLogs(source: PodLogSource): void {
    this.logSource = source;
  }

  disconnectWatchers(): void {
    this.store.disconnectWatchers();
  }

  async get<T extends KubeObject>(ref: ObjectRef): Promise<T> {
    return this.present(ref) as T;
  }

  async list<T extends KubeObject>(type: ResourceType, options: ListOptions = {}): Promise<ObjectList<T>> {
    const limit = options.limit && options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
    if (options.continueToken !== undefined) return this.pages.next(options.continueToken, limit) as ObjectList<T>;
    const objects = this.select(type, options);
    return this.pages.first(objects, String(this.store.version), limit) as ObjectList<T>;
  }

  async create<T extends KubeObject>(type: ResourceType, object: T): Promise<T> {
    if (type.kind === 'Event') this.eventExpiry.sweep();
    const stored = this.insert(type, object);
    await this.store.flush();
    return stored as T;
  }

  async update<T extends KubeObject>(type: ResourceType, object: T, subresource?: Subresource): Promise<T> {
    const { name = '', namespace } = object.metadata ?? {};
    const previous = this.present({ type, name, ...(namespace !== undefined && { namespace }) });
    const version = object.metadata?.resourceVersion ?? '';
    if (version === '' && type.group !== '') {
      throw invalid(type, name, 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
    }
    if (version !== '' && version !== previous.metadata?.resourceVersion) throw staleVersion(type, name);
    const next = seal(object).value as JsonObject;
    checkUid(type, next, previous);
    const stored = this.replace(type, next, previous, subresource);
    await this.store.flush();
    return stored as T;
  }

  async patch<T extends KubeObject>(
    ref: ObjectRef,
    patchType: PatchType,
    patch: unknown,
    subresource?: Subresource,
  ): Promise<T> {
    const previous = this.present(ref);
    const patched = applyPatch(ref.type, patchType, asJson(previous), seal(patch).value);
    if (!isObject(patched)) throw badRequest('a patch must leave an object');
    const { resourceVersion } = (isObject(patched.metadata) ? patched.metadata : {}) as { resourceVersion?: unknown };
    if (resourceVersion !== undefined && resourceVersion !== previous.metadata?.resourceVersion) {
      throw staleVersion(ref.type, ref.name);
    }
    checkUid(ref.type, patched, previous);
    const stored = this.replace(ref.type, patched, previous, subresource);
    await this.store.flush();
    return stored as T;
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    this.lifecycle.delete(ref.type, this.present(ref), options);
    await this.store.flush();
  }

  async deleteCollection(type: ResourceType, options: ListOptions): Promise<void> {
    for (const object of this.select(type, options)) {
      const current = this.store.table(type).get(object.metadata?.namespace ?? '', object.metadata?.name ?? '');
      if (current) this.lifecycle.delete(type, current, {});
    }
    await this.store.flush();
  }

  watch<T extends KubeObject>(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    try {
      return this.openWatch(type, options) as AsyncIterable<WatchEvent<T>>;
    } catch (error) {
      // Like a request over the wire, it fails when it is read, not when it is asked for.
      return failing(error);
    }
  }

  private openWatch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<KubeObject>> {
    const { matches } = this.compile(options);
    const { resourceVersion, ...rest } = options;
    // Version 0 means "whatever you have", as in Kubernetes.
    const fromPresent = resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0';
    if (!fromPresent && !/^\d+$/.test(resourceVersion)) {
      throw badRequest(`Invalid value: ${JSON.stringify(resourceVersion)}: resourceVersion must be a number`);
    }
    const initial = fromPresent ? this.select(type, options) : [];
    const resumed = { ...rest, ...(!fromPresent && { resourceVersion }) };
    return this.store.watch(type, resumed, matches, initial);
  }

  async *logs(ref: ObjectRef, options: LogOptions = {}): AsyncIterable<Uint8Array> {
    const pod = this.present(ref);
    const names = containerNames(asJson(pod));
    const container = options.container ?? (names.length === 1 ? names[0] : undefined);
    if (container === undefined) {
      throw badRequest(`a container name must be specified for pod ${ref.name}, choose one of: [${names.join(' ')}]`);
    }
    if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${ref.name}`);
    if (!this.logSource) {
      throw badRequest(`container "${container}" in pod "${ref.name}" is waiting to start: ContainerCreating`);
    }
    yield* this.logSource(pod, { ...options, container });
  }

  private present(ref: ObjectRef): KubeObject {
    const found = this.store.table(ref.type).get(ref.type.namespaced ? (ref.namespace ?? '') : '', ref.name);
    if (!found) throw notFound(ref.type, ref.name);
    return found;
  }

  private select(type: ResourceType, options: ListOptions): KubeObject[] {
    const { namespace, labelSelector } = options;
    const indexed = firstEquality(labelSelector, this.indexedLabels);
    const { matches } = this.compile(options);
    const found = this.store.table(type).select(type.namespaced ? namespace : undefined, indexed);
    return matches ? found.filter(matches) : found;
  }

  private compile(options: { labelSelector?: string; fieldSelector?: string }): { matches: Predicate | undefined } {
    const label = labelPredicate(options.labelSelector);
    const field = fieldPredicate(options.fieldSelector);
    if (!label || !field) return { matches: label ?? field };
    return { matches: (object) => label(object) && field(object) };
  }

  private insert(type: ResourceType, object: KubeObject): KubeObject {
    const { metadata, ...body } = seal(object).value as JsonObject;
    const given = isObject(metadata) ? metadata : {};
    const named = this.nameFor(type, given);
    this.checkNamespace(type, named);
    const { name, namespace = '' } = named;
    if (this.store.table(type).get(namespace, name)) throw alreadyExists(type, name);
    const { resourceVersion, generateName, deletionTimestamp: _deletion, ...kept } = given;
    if (resourceVersion !== undefined && resourceVersion !== '') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const complete = withDefaults(type, { ...identity(type), ...without(without(body, 'apiVersion'), 'kind') });
    const created: JsonObject = {
      ...complete,
      metadata: {
        ...kept,
        ...named,
        ...(generateName !== undefined && { generateName }),
        uid: this.ids.uid(),
        creationTimestamp: kubeTime(this.clock.now()),
        ...(hasGeneration(type) && { generation: 1 }),
      },
    };
    checkNames(type, created);
    checkKind(type, name, created);
    const stored = this.store.put(type, created, undefined);
    this.lifecycle.collectIfOwnerless(type, stored);
    return stored;
  }

  private nameFor(type: ResourceType, metadata: JsonObject): { name: string; namespace?: string } {
    const { name, generateName, namespace } = metadata as { name?: string; generateName?: string; namespace?: string };
    const place = type.namespaced ? { namespace: namespace ?? '' } : {};
    if (name) return { name, ...place };
    if (generateName) return { name: generatedName(generateName, this.ids.suffix()), ...place };
    throw invalid(type, '', 'metadata.name: Required value: name or generateName is required');
  }

  private checkNamespace(type: ResourceType, { name, namespace }: { name: string; namespace?: string }): void {
    if (!type.namespaced) return;
    if (!namespace) throw badRequest(`an empty namespace may not be set during creation of ${type.plural} "${name}"`);
    const home = this.store.table(resources.namespaces).get('', namespace);
    if (!home) throw notFound(resources.namespaces, namespace);
    if (home.metadata?.deletionTimestamp === undefined) return;
    throw new KubeError(
      'Forbidden',
      `${type.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      403,
    );
  }

  private replace(type: ResourceType, next: JsonObject, previous: KubeObject, subresource?: Subresource): KubeObject {
    if (subresource === 'status' && !type.statusSubresource) throw noSuchResource();
    const before = asJson(previous);
    const name = previous.metadata?.name ?? '';
    const merged = subresource === 'status' ? { ...before, ...pick(next, 'status') } : mergeWrite(type, next, before);
    if (isEqual(merged, before)) return previous;
    if (subresource === undefined) {
      checkNames(type, merged);
      checkKind(type, name, merged, before);
    }
    const stored = this.store.put(type, merged, previous);
    if (stored.metadata?.deletionTimestamp !== undefined) this.lifecycle.settle(type, stored);
    return stored;
  }
}

async function* failing(error: unknown): AsyncGenerator<never> {
  throw error;
}

/** A write that names a uid is meant for that object and not for its successor of the same name. */
function checkUid(type: ResourceType, next: JsonObject, previous: KubeObject): void {
  const uid = isObject(next.metadata) ? next.metadata.uid : undefined;
  const { name = '', uid: actual = '' } = previous.metadata ?? {};
  if (typeof uid === 'string' && uid !== actual) throw failedPrecondition(type, name, 'UID', uid, actual);
}

const asJson = (object: KubeObject): JsonObject => object as unknown as JsonObject;
const pick = (object: JsonObject, key: string): JsonObject =>
  Object.hasOwn(object, key) ? { [key]: object[key] as Json } : {};

const identity = (type: ResourceType): JsonObject => ({
  apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
  kind: type.kind,
});

const WITHOUT_GENERATION = new Set(['ConfigMap', 'Secret', 'Event', 'ServiceAccount', 'Lease', 'Namespace', 'Node']);
const hasGeneration = (type: ResourceType): boolean => !WITHOUT_GENERATION.has(type.kind);

/** A write to the object itself: what only the server sets stays, the status stays where it is a subresource. */
function mergeWrite(type: ResourceType, next: JsonObject, before: JsonObject): JsonObject {
  const old = before.metadata as JsonObject;
  const content = type.statusSubresource ? { ...without(next, 'status'), ...pick(before, 'status') } : next;
  const metadata: Record<string, Json> = { ...(isObject(next.metadata) ? next.metadata : {}) };
  for (const key of SERVER_SET) {
    if (Object.hasOwn(old, key)) metadata[key] = old[key] as Json;
    else delete metadata[key];
  }
  const hasChanged = (): boolean =>
    !isEqual(without(without(content, 'metadata'), 'status'), without(without(before, 'metadata'), 'status')) ||
    (!type.statusSubresource && !isEqual(content.status, before.status));
  const generation = typeof old.generation === 'number' ? old.generation : 0;
  if (generation > 0) metadata.generation = hasChanged() ? generation + 1 : generation;
  return { ...content, ...identity(type), metadata };
}
const SERVER_SET = [
  'name',
  'namespace',
  'uid',
  'generateName',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

function applyPatch(type: ResourceType, patchType: PatchType, target: Json, patch: Json): Json {
  switch (patchType) {
    case 'merge':
      return mergePatch(target, patch);
    case 'json':
      return jsonPatch(target, patch);
    case 'strategic-merge':
      if (type.group === 'argoproj.io') {
        throw new KubeError(
          'BadRequest',
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
          415,
        );
      }
      return strategicMerge(target, patch);
  }
}

function containerNames(pod: JsonObject): string[] {
  const spec = isObject(pod.spec) ? pod.spec : {};
  return [spec.containers, spec.initContainers]
    .flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []))
    .flatMap((container) => (isObject(container) && typeof container.name === 'string' ? [container.name] : []));
}
