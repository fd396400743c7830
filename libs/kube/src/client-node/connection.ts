import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { Agent, ProxyAgent } from 'undici';
import { KubeError } from '../port/errors.js';
import { fromStatus } from '../port/status.js';

/** Where the cluster is and how to prove who we are. */
export type ClientNodeKubeOptions =
  | { readonly kubeconfig: string; readonly context?: string }
  | { readonly kubeconfigYaml: string; readonly context?: string }
  | { readonly inCluster: true }
  | { readonly url: string; readonly token?: string; readonly caData?: string };

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}
type Body = Dispatcher.ResponseData['body'];

const ANSWER_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 15_000;
/** For requests that are answered at once. Watches and logs that are followed have connections of their own, without limit. */
const MAX_CONNECTIONS = 64;

/** Streams stay open for hours: in one pool with requests, the logs of 64 pods would leave none for anything else. */
interface Pools {
  readonly key: string;
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

/**
 * HTTP to one API server. client-node reads the configuration and keeps credentials fresh (files, exec plugins, rotating
 * service-account tokens); the wire is our own undici pool, because client-node opens a connection for every request and its
 * log streams crash the process when they break.
 */
export class Connection {
  private pools: Pools | undefined;

  private constructor(
    private readonly config: KubeConfig,
    readonly server: string,
  ) {}

  static open(options: ClientNodeKubeOptions): Connection {
    const config = loadConfig(options);
    const cluster = config.getCurrentCluster();
    if (!cluster) {
      throw new KubeError(
        'BadRequest',
        `the kubeconfig has no cluster for context "${config.getCurrentContext()}"`,
        400,
      );
    }
    // Without TLS there is nothing to verify, but client-node insists on being told so.
    if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
    return new Connection(config, cluster.server.replace(/\/+$/, ''));
  }

  /** One request, one JSON answer. */
  async json(request: KubeRequest): Promise<unknown> {
    const body = await this.send(request, 'requests', ANSWER_TIMEOUT_MS);
    try {
      return await body.json();
    } catch (error) {
      throw translate(error);
    }
  }

  /** A request whose answer comes bit by bit, for as long as the server likes. */
  async *stream(request: KubeRequest): AsyncGenerator<Uint8Array> {
    const body = await this.send(request, 'streams', 0);
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (error) {
      if (request.signal?.aborted) return;
      throw translate(error);
    } finally {
      body.on('error', ignore);
      body.destroy();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.pools?.requests.destroy(), this.pools?.streams.destroy()]);
  }

  private async send(request: KubeRequest, pool: 'requests' | 'streams', bodyTimeout: number): Promise<Body> {
    let answer: Dispatcher.ResponseData;
    try {
      const { pools, headers } = await this.authorize();
      answer = await pools[pool].request({
        ...target(this.server, request.path),
        method: request.method,
        headers: {
          ...headers,
          accept: 'application/json',
          ...(request.body !== undefined && { 'content-type': request.contentType ?? 'application/json' }),
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout,
        ...(request.signal && { signal: request.signal }),
      });
    } catch (error) {
      throw translate(error);
    }
    if (answer.statusCode < 300) return answer.body;
    throw fromStatus(answer.statusCode, await answer.body.text().catch(() => ''));
  }

  private async authorize(): Promise<{ pools: Pools; headers: Record<string, string> }> {
    const options: RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
    if (typeof options.auth === 'string') {
      headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    return { pools: this.poolsFor(options), headers };
  }

  /** The same pools for as long as certificates stay the same; a rotated certificate gets new ones. */
  private poolsFor(options: RequestOptions): Pools {
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const cacheKey = [ca, cert, key, rejectUnauthorized, servername].map(String).join('\n');
    if (this.pools?.key === cacheKey) return this.pools;
    void this.pools?.requests.close();
    void this.pools?.streams.close();
    const tls = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
      ...(servername !== undefined && { servername }),
    };
    const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS } as Agent.Options['connect'];
    const proxy = this.config.getCurrentCluster()?.proxyUrl;
    if (proxy?.startsWith('socks')) throw new KubeError('BadRequest', 'SOCKS proxies are not supported', 400);
    const pool = (connections: number | null): Dispatcher =>
      proxy
        ? new ProxyAgent({ uri: proxy, requestTls: tls as ProxyAgent.Options['requestTls'] & object })
        : new Agent({ connect, connections });
    this.pools = { key: cacheKey, requests: pool(MAX_CONNECTIONS), streams: pool(null) };
    return this.pools;
  }
}

const ignore = (): void => undefined;

/** The server's URL may itself have a path, as behind Rancher or a vCluster proxy. */
function target(server: string, path: string): { origin: string; path: string } {
  const url = new URL(server);
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') + path };
}

function loadConfig(options: ClientNodeKubeOptions): KubeConfig {
  const config = new KubeConfig();
  if ('url' in options) {
    config.loadFromClusterAndUser(
      {
        name: 'cluster',
        server: options.url,
        skipTLSVerify: false,
        ...(options.caData !== undefined && { caData: options.caData }),
      },
      { name: 'user', ...(options.token !== undefined && { token: options.token }) },
    );
  } else if ('inCluster' in options) config.loadFromCluster();
  else {
    if ('kubeconfig' in options) config.loadFromFile(options.kubeconfig);
    else config.loadFromString(options.kubeconfigYaml);
    if (options.context !== undefined) config.setCurrentContext(options.context);
  }
  return config;
}

/** Anything that goes wrong below HTTP: refused, reset, timed out, unresolvable. */
export function translate(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  const isTimeout = code?.endsWith('_TIMEOUT') === true || name === 'TimeoutError';
  return new KubeError(
    isTimeout ? 'Timeout' : 'Unavailable',
    `the Kubernetes API cannot be reached: ${message ?? String(error)}`,
    isTimeout ? 504 : 503,
    'backoff',
    { cause: error },
  );
}
