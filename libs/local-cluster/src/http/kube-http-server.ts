import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeApi } from '@argosy/kube';
import { isKubeError, KubeError, toStatus } from '@argosy/kube';
import { discovery } from './discovery.js';
import { answer } from './handlers.js';
import { parseRoute } from './routes.js';

export interface KubeHttpOptions {
  readonly api: KubeApi;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** The bearer token that every request must carry. */
  readonly token: string;
  /** PEM. Without it the API is served over plain HTTP, to which kubectl sends no token. */
  readonly tls?: { readonly key: string; readonly cert: string };
}
export interface KubeHttpServer {
  readonly url: string;
  readonly port: number;
  /** Ends all requests, watches and log streams too. */
  close(): Promise<void>;
}

/** Serves a KubeApi on 127.0.0.1 as a Kubernetes API server would, for kubectl, the Argo CLI and client libraries. */
export async function startKubeHttp(options: KubeHttpOptions): Promise<KubeHttpServer> {
  const expected = digest(`Bearer ${options.token}`);
  const closing = new AbortController();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    serve(options.api, request, response, expected, closing.signal).catch((error: unknown) => fail(response, error));
  };
  const { key, cert } = options.tls ?? {};
  const server: Server = options.tls ? createSecureServer({ key, cert }, handle) : createServer(handle);
  // Watches are silent for minutes.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function serve(
  api: KubeApi,
  request: IncomingMessage,
  response: ServerResponse,
  expected: Buffer,
  closing: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (['/healthz', '/livez', '/readyz'].includes(url.pathname)) return void response.end('ok');
  if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
    throw new KubeError('Unauthorized', 'Unauthorized', 401);
  }
  const route = parseRoute(url.pathname);
  if (route) return answer(api, route, { request, response, query: url.searchParams, closing });
  const accept = request.headers.accept ?? '';
  const found = request.method === 'GET' ? discovery(url.pathname, accept) : undefined;
  if (!found) throw new KubeError('NotFound', 'the server could not find the requested resource', 404);
  const isAggregated = accept.includes('as=APIGroupDiscoveryList') && /^\/apis?\/?$/.test(url.pathname);
  const type = isAggregated
    ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    : 'application/json';
  response.writeHead(200, { 'content-type': type }).end(JSON.stringify(found));
}

function fail(response: ServerResponse, error: unknown): void {
  const known = isKubeError(error) ? error : new KubeError('Internal', (error as Error).message, 500);
  // Once a stream has begun, all that is left is to cut it.
  if (response.headersSent) return void response.destroy();
  response.writeHead(known.status, { 'content-type': 'application/json' }).end(JSON.stringify(toStatus(known)));
}
