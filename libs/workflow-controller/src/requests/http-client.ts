import type { Clock, KubeApi, KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { HTTP_TIMEOUT_SECONDS } from '@argosy/workflow-engine';
import type { HttpAnswer, RequestObservation } from '@argosy/workflow-engine';
import type { HTTP } from '@argosy/workflow-spec';
import { request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { EgressOptions } from './egress.js';
import { Egress, EgressRefused } from './egress.js';
import { causeOf, reasonOf } from './failure.js';
import { readAtMost } from './read-at-most.js';
import type { Slots } from './slots.js';

export interface HttpOptions extends EgressOptions {
  /** Longest answer that becomes a result, in bytes. Default: 256 KiB. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 256 * 1024;

/** Makes the requests of HTTP templates. */
export class HttpClient {
  private readonly dispatchers: Record<'verified' | 'unverified', Dispatcher>;

  constructor(
    private readonly kube: KubeApi,
    private readonly clock: Clock,
    private readonly slots: Slots,
    private readonly options: HttpOptions = {},
  ) {
    const egress = new Egress(options);
    this.dispatchers = { verified: egress.dispatcher(), unverified: egress.dispatcher(false) };
  }

  /** Never rejects: what goes wrong is an end of its own. */
  perform(namespace: string, http: HTTP, signal: AbortSignal): Promise<RequestObservation> {
    return this.slots.run(() => this.answerOf(namespace, http, signal));
  }

  private async answerOf(namespace: string, http: HTTP, signal: AbortSignal): Promise<RequestObservation> {
    const method = http.method || 'GET';
    const seconds = http.timeoutSeconds ?? HTTP_TIMEOUT_SECONDS;
    const timeout = new AbortController();
    const cancel = this.clock.after(seconds * 1000, () => timeout.abort());
    try {
      const headers = await this.headersOf(namespace, http);
      const answer = await this.ask(http, method, headers, AbortSignal.any([signal, timeout.signal]));
      return { state: 'answered', answer };
    } catch (error) {
      const why = timeout.signal.aborted ? `no answer within ${seconds} s` : reasonOf(error as Error);
      const phase = causeOf(error as Error).name === EgressRefused.name ? 'Error' : 'Failed';
      return { state: 'ended', phase, message: `${method} "${http.url}": ${why}` };
    } finally {
      cancel();
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.dispatchers).map((dispatcher) => dispatcher.destroy()));
  }

  private async ask(http: HTTP, method: string, headers: Headers, signal: AbortSignal): Promise<HttpAnswer> {
    const sent = bodyOf(http);
    const dispatcher = this.dispatchers[http.insecureSkipVerify ? 'unverified' : 'verified'];
    const answer = await send(http.url, {
      method: method,
      headers,
      dispatcher,
      signal,
      ...(sent !== undefined && { body: sent }),
    });
    const body = (await readAtMost(this.options.maxBodyBytes ?? MAX_BODY_BYTES, answer.body)).toString('utf8');
    const entries = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat()] as const);
    return { statusCode: answer.statusCode, headers: Object.fromEntries(entries), body };
  }

  private async headersOf(namespace: string, { headers = [] }: HTTP): Promise<Headers> {
    const result: Headers = { 'user-agent': 'argosy' };
    for (const { name, value, valueFrom } of headers) {
      const ref = valueFrom?.secretKeyRef;
      const key = name.toLowerCase();
      const text = ref ? await this.secret(namespace, ref.name ?? '', ref.key) : (value ?? '');
      const before = key === 'user-agent' || key === 'host' ? [] : [result[key] ?? []].flat();
      result[key] = before.length === 0 ? text : [...before, text];
    }
    return result;
  }

  private async secret(namespace: string, name: string, key: string): Promise<string> {
    const secret = await this.kube.get<KubeObject>({ type: resources.secrets, namespace, name });
    const value = (secret as { data?: Record<string, string> }).data?.[key];
    if (value === undefined) throw new Error(`secret ${name} has no key ${key}`);
    return Buffer.from(value, 'base64').toString('utf8');
  }
}

type Headers = Record<string, string | string[]>;

function bodyOf({ body, bodyFrom }: HTTP): string | Uint8Array | undefined {
  if (bodyFrom?.bytes !== undefined) return Buffer.from(bodyFrom.bytes, 'base64');
  return body === '' ? undefined : body;
}
