import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  DeleteOptions,
  KubeApi,
  KubeObject,
  LogOptions,
  ObjectRef,
  PatchType,
  ResourceType,
  Subresource,
  WatchEvent,
} from '@argosy/kube';
import { isKubeError, KubeError, toStatus } from '@argosy/kube';
import { parse as parseYaml } from 'yaml';
import type { Route } from './routes.js';
import { toTable } from './table.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** Aborted when the server shuts down. */
  readonly closing: AbortSignal;
}

/** A little above the largest object, so that the store itself can say what is wrong with a large one. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic-merge',
};
/** Server-side apply is a merge here: there is one writer, and no field managers to keep apart. */
const APPLY = 'application/apply-patch+yaml';

/** Answers one request about a resource. */
export async function answer(api: KubeApi, route: Route, exchange: Exchange): Promise<void> {
  const { method } = exchange.request;
  if (route.subresource === 'log') return streamLog(api, route, exchange);
  const subresource = subresourceOf(route);
  if (route.name === undefined) {
    if (method === 'GET') return exchange.query.get('watch') ? watch(api, route, exchange) : list(api, route, exchange);
    if (method === 'POST') return create(api, route, exchange);
    if (method === 'DELETE') {
      await api.deleteCollection(route.type, { ...place(route), ...selectors(exchange.query) });
      return send(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    }
  } else {
    const ref: ObjectRef = { type: route.type, name: route.name, ...place(route) };
    if (method === 'GET') return sendObject(exchange, ref.type, await api.get(ref));
    if (method === 'PUT') return update(api, ref, exchange, subresource);
    if (method === 'PATCH') return patch(api, ref, exchange, subresource);
    if (method === 'DELETE' && subresource === undefined) return remove(api, ref, exchange);
  }
  throw new KubeError('BadRequest', `the server does not allow ${method ?? ''} on the requested resource`, 405);
}

function subresourceOf({ type, subresource }: Route): Subresource | undefined {
  if (subresource === undefined) return undefined;
  if (subresource === 'status' && type.statusSubresource) return 'status';
  throw new KubeError('NotFound', 'the server could not find the requested resource', 404);
}

const place = ({ namespace }: Route): { namespace?: string } => (namespace === undefined ? {} : { namespace });
const text = (query: URLSearchParams, key: string): string | undefined => query.get(key) || undefined;
function selectors(query: URLSearchParams): { labelSelector?: string; fieldSelector?: string } {
  const labelSelector = text(query, 'labelSelector');
  const fieldSelector = text(query, 'fieldSelector');
  return {
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}
const isDryRun = (query: URLSearchParams): boolean => query.get('dryRun') === 'All';
const wantsTable = (exchange: Exchange): boolean => exchange.request.headers.accept?.includes('as=Table') ?? false;

function send(exchange: Exchange, status: number, body: unknown): void {
  exchange.response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendObject(exchange: Exchange, type: ResourceType, object: KubeObject, status = 200): void {
  if (!wantsTable(exchange)) return send(exchange, status, object);
  const version = object.metadata?.resourceVersion ?? '';
  send(
    exchange,
    status,
    toTable(type, [object], version, Date.now(), exchange.query.get('includeObject') ?? 'Metadata'),
  );
}

async function list(api: KubeApi, route: Route, exchange: Exchange): Promise<void> {
  const { query } = exchange;
  const limit = Number(query.get('limit') ?? 0);
  const continueToken = text(query, 'continue');
  const page = await api.list(route.type, {
    ...place(route),
    ...selectors(query),
    ...(limit > 0 && { limit }),
    ...(continueToken !== undefined && { continueToken }),
  });
  const { type } = route;
  const metadata = { resourceVersion: page.resourceVersion, continue: page.continueToken ?? '' };
  if (wantsTable(exchange)) {
    const include = query.get('includeObject') ?? 'Metadata';
    const table = toTable(type, page.items, page.resourceVersion, Date.now(), include);
    return send(exchange, 200, { ...table, metadata });
  }
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  send(exchange, 200, { kind: `${type.kind}List`, apiVersion, metadata, items: page.items });
}

async function create(api: KubeApi, route: Route, exchange: Exchange): Promise<void> {
  const object = withPlace(route, await readObject(exchange));
  if (isDryRun(exchange.query)) return sendObject(exchange, route.type, object, 201);
  sendObject(exchange, route.type, await api.create(route.type, object), 201);
}

async function update(
  api: KubeApi,
  ref: ObjectRef,
  exchange: Exchange,
  subresource: Subresource | undefined,
): Promise<void> {
  const object = withPlace(ref, await readObject(exchange));
  if (object.metadata?.name !== ref.name) {
    throw new KubeError(
      'BadRequest',
      `the name of the object (${object.metadata?.name ?? ''}) does not match the name on the URL (${ref.name})`,
      400,
    );
  }
  if (isDryRun(exchange.query)) return sendObject(exchange, ref.type, object);
  sendObject(exchange, ref.type, await api.update(ref.type, object, subresource));
}

async function patch(
  api: KubeApi,
  ref: ObjectRef,
  exchange: Exchange,
  subresource: Subresource | undefined,
): Promise<void> {
  const contentType = (exchange.request.headers['content-type'] ?? '').split(';')[0] ?? '';
  const body = await readBody(exchange);
  if (isDryRun(exchange.query)) return sendObject(exchange, ref.type, await api.get(ref));
  if (contentType === APPLY) return sendObject(exchange, ref.type, await apply(api, ref, body as KubeObject));
  const type = PATCH_TYPES[contentType];
  if (!type) {
    throw new KubeError(
      'BadRequest',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(PATCH_TYPES).join(', ')}`,
      415,
    );
  }
  sendObject(exchange, ref.type, await api.patch(ref, type, body, subresource));
}

async function apply(api: KubeApi, ref: ObjectRef, object: KubeObject): Promise<KubeObject> {
  try {
    return await api.patch(ref, 'merge', object);
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
    return api.create(ref.type, withPlace(ref, object));
  }
}

async function remove(api: KubeApi, ref: ObjectRef, exchange: Exchange): Promise<void> {
  const { query } = exchange;
  const body = ((await readBody(exchange)) ?? {}) as DeleteOptions;
  const grace = query.get('gracePeriodSeconds');
  const propagation = query.get('propagationPolicy') as DeleteOptions['propagationPolicy'];
  const { gracePeriodSeconds = grace === null ? undefined : Number(grace), preconditions } = body;
  const propagationPolicy = body.propagationPolicy ?? propagation ?? undefined;
  const before = await api.get(ref);
  if (isDryRun(query)) return send(exchange, 200, before);
  await api.delete(ref, {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(preconditions && { preconditions }),
  });
  const details = { name: ref.name, group: ref.type.group, kind: ref.type.plural, uid: before.metadata?.uid };
  const remaining = await api.get(ref).catch(() => undefined);
  send(exchange, 200, remaining ?? { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

async function watch(api: KubeApi, route: Route, exchange: Exchange): Promise<void> {
  const { query, response } = exchange;
  const resourceVersion = text(query, 'resourceVersion');
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const timer = seconds > 0 ? setTimeout(() => gone.abort(), seconds * 1000) : undefined;
  try {
    const events = api.watch(route.type, {
      ...place(route),
      ...selectors(query),
      ...(resourceVersion !== undefined && { resourceVersion }),
      signal: AbortSignal.any([gone.signal, exchange.closing]),
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    let isFirst = true;
    for await (const event of events) {
      if (event.type === 'BOOKMARK' && query.get('allowWatchBookmarks') !== 'true') continue;
      const body = wantsTable(exchange) ? tableEvent(route.type, event, isFirst) : wireEvent(route.type, event);
      isFirst = false;
      if (!response.write(`${JSON.stringify(body)}\n`)) await drained(response);
    }
    response.end();
  } catch (error) {
    if (!isKubeError(error)) throw error;
    // An expired version is told inside the stream when the stream is what was asked for.
    if (!response.headersSent && error.code !== 'Gone') throw error;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify({ type: 'ERROR', object: toStatus(error) })}\n`);
  } finally {
    clearTimeout(timer);
  }
}

const drained = (response: ServerResponse): Promise<unknown> =>
  Promise.race([once(response, 'drain'), once(response, 'close')]);

function wireEvent(type: ResourceType, event: WatchEvent<KubeObject>): object {
  if (event.type !== 'BOOKMARK') return event;
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const metadata = { resourceVersion: event.resourceVersion, creationTimestamp: null };
  return { type: 'BOOKMARK', object: { kind: type.kind, apiVersion, metadata } };
}

function tableEvent(type: ResourceType, event: WatchEvent<KubeObject>, isFirst: boolean): object {
  if (event.type === 'BOOKMARK') return wireEvent(type, event);
  const version = event.object.metadata?.resourceVersion ?? '';
  const table = toTable(type, [event.object], version, Date.now(), 'Metadata');
  // Columns come with the first row only.
  return { type: event.type, object: isFirst ? table : { ...table, columnDefinitions: null } };
}

async function streamLog(api: KubeApi, route: Route, exchange: Exchange): Promise<void> {
  const { query, response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const number = (key: string): number | undefined => (query.has(key) ? Number(query.get(key)) : undefined);
  const sinceSeconds = number('sinceSeconds');
  const options: LogOptions = Object.fromEntries(
    Object.entries({
      container: text(query, 'container'),
      follow: query.get('follow') === 'true',
      timestamps: query.get('timestamps') === 'true',
      sinceTime:
        sinceSeconds === undefined
          ? text(query, 'sinceTime')
          : new Date(Date.now() - sinceSeconds * 1000).toISOString(),
      tailLines: number('tailLines'),
      limitBytes: number('limitBytes'),
      signal: AbortSignal.any([gone.signal, exchange.closing]),
    }).filter(([, value]) => value !== undefined),
  );
  const ref: ObjectRef = { type: route.type, name: route.name ?? '', ...place(route) };
  for await (const chunk of api.logs(ref, options)) {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/plain' });
    if (!response.write(chunk)) await drained(response);
    if (gone.signal.aborted) return;
  }
  response.end();
}

function withPlace(place_: { type: ResourceType; namespace?: string }, object: KubeObject): KubeObject {
  if (!place_.type.namespaced) return object;
  const named = object.metadata?.namespace;
  const { namespace } = place_;
  if (named !== undefined && named !== '' && named !== namespace) {
    throw new KubeError(
      'BadRequest',
      `the namespace of the provided object does not match the namespace sent on the request`,
      400,
    );
  }
  return { ...object, metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }) } };
}

async function readObject(exchange: Exchange): Promise<KubeObject> {
  const body = await readBody(exchange);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new KubeError('BadRequest', 'the request must carry an object', 400);
}

async function readBody({ request }: Exchange): Promise<unknown> {
  const contentType = request.headers['content-type'] ?? '';
  if (contentType.includes('protobuf')) {
    throw new KubeError('BadRequest', 'this server understands JSON and YAML only, not protobuf', 415);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new KubeError('Invalid', `Request entity too large: limit is ${MAX_BODY_BYTES}`, 413);
    }
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  const content = Buffer.concat(chunks).toString();
  try {
    return contentType.includes('yaml') ? parseYaml(content) : JSON.parse(content);
  } catch (cause) {
    throw new KubeError(
      'BadRequest',
      `the body of the request cannot be read: ${(cause as Error).message}`,
      400,
      'never',
      {
        cause,
      },
    );
  }
}
