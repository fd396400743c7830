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
import { fromStatus } from '../port/status.js';
import type { ClientNodeKubeOptions } from './connection.js';
import { Connection } from './connection.js';
import { lines } from './lines.js';
import { collectionPath, objectPath, query } from './paths.js';

export interface ClientNodeKube extends KubeApi {
  /** Closes the connections; running requests and watches fail. */
  close(): Promise<void>;
}

/** Argosy's port on a real Kubernetes API server. */
export const createClientNodeKube = (options: ClientNodeKubeOptions): ClientNodeKube =>
  new HttpKube(Connection.open(options));

const PATCH_CONTENT_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  'strategic-merge': 'application/strategic-merge-patch+json',
};
/** The server ends a watch after this long; the follower resumes where it was. */
const WATCH_SECONDS = 290;
/** A stream silent for longer than the server promised is dead, even if TCP has not noticed. */
const WATCH_SILENCE_MS = (WATCH_SECONDS + 30) * 1000;

class HttpKube implements ClientNodeKube {
  constructor(private readonly connection: Connection) {}

  async get<T extends KubeObject>(ref: ObjectRef): Promise<T> {
    return (await this.connection.json({ method: 'GET', path: objectPath(ref) })) as T;
  }

  async list<T extends KubeObject>(type: ResourceType, options: ListOptions = {}): Promise<ObjectList<T>> {
    const path = collectionPath(type, options.namespace) + listQuery(options);
    const body = (await this.connection.json({ method: 'GET', path })) as {
      items: T[] | null;
      metadata: { resourceVersion: string; continue?: string };
    };
    const identity = {
      apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
      kind: type.kind,
    };
    return {
      // Servers leave kind and apiVersion out of the items of a list.
      items: (body.items ?? []).map((item) => ({ ...identity, ...item })),
      resourceVersion: body.metadata.resourceVersion,
      ...(body.metadata.continue && { continueToken: body.metadata.continue }),
    };
  }

  async create<T extends KubeObject>(type: ResourceType, object: T): Promise<T> {
    const path = collectionPath(type, object.metadata?.namespace);
    return (await this.connection.json({ method: 'POST', path, body: typed(type, object) })) as T;
  }

  async update<T extends KubeObject>(type: ResourceType, object: T, subresource?: Subresource): Promise<T> {
    const path = objectPath(refOf(type, object)) + suffix(subresource);
    return (await this.connection.json({ method: 'PUT', path, body: typed(type, object) })) as T;
  }

  async patch<T extends KubeObject>(
    ref: ObjectRef,
    type: PatchType,
    patch: unknown,
    subresource?: Subresource,
  ): Promise<T> {
    const path = objectPath(ref) + suffix(subresource);
    const contentType = PATCH_CONTENT_TYPES[type];
    return (await this.connection.json({ method: 'PATCH', path, body: patch, contentType })) as T;
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy = 'Background', ...rest } = options;
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, ...rest };
    await this.connection.json({ method: 'DELETE', path: objectPath(ref), body });
  }

  async deleteCollection(type: ResourceType, options: ListOptions): Promise<void> {
    const path = collectionPath(type, options.namespace) + listQuery(options);
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    await this.connection.json({ method: 'DELETE', path, body });
  }

  async *watch<T extends KubeObject>(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    if (options.signal.aborted) return;
    const silence = new AbortController();
    const onSilence = (): void => silence.abort();
    let timer = setTimeout(onSilence, WATCH_SILENCE_MS);
    const path =
      collectionPath(type, options.namespace) +
      query({
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds: WATCH_SECONDS,
        resourceVersion: options.resourceVersion,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      });
    const signal = AbortSignal.any([options.signal, silence.signal]);
    try {
      for await (const line of lines(this.connection.stream({ method: 'GET', path, signal }))) {
        clearTimeout(timer);
        timer = setTimeout(onSilence, WATCH_SILENCE_MS);
        yield parseEvent<T>(line);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async *logs(ref: ObjectRef, options: LogOptions = {}): AsyncIterable<Uint8Array> {
    const { signal, ...asked } = options;
    const path = `${objectPath(ref)}/log${query({ ...asked })}`;
    try {
      yield* this.connection.stream({ method: 'GET', path, ...(signal && { signal }) });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

const suffix = (subresource: Subresource | undefined): string => (subresource === undefined ? '' : `/${subresource}`);

const listQuery = (options: ListOptions): string =>
  query({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continueToken,
  });

const typed = <T extends KubeObject>(type: ResourceType, object: T): T => ({
  ...object,
  apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
  kind: type.kind,
});

function refOf(type: ResourceType, object: KubeObject): ObjectRef {
  const { name = '', namespace } = object.metadata ?? {};
  return { type, name, ...(namespace !== undefined && { namespace }) };
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as { type: string; object: T & { code?: number } };
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: event.object };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', resourceVersion: event.object.metadata?.resourceVersion ?? '' };
    case 'ERROR':
      throw fromStatus(event.object.code ?? 500, event.object);
    default:
      throw new KubeError('Internal', `the server sent an unknown watch event "${event.type}"`, 500);
  }
}
