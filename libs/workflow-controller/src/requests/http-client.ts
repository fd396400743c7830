import type { Clock, KubeApi, KubeObject } from '@argosy/kube';
import { resources } from '@argosy/kube';
import { HTTP_TIMEOUT_SECONDS } from '@argosy/workflow-engine';
import type { HttpAnswer, RequestObservation } from '@argosy/workflow-engine';
import type { HTTP } from '@argosy/workflow-spec';
import { Agent, buildConnector, interceptors, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { EgressOptions } from './egress.js';
import { Egress, EgressRefused } from './egress.js';
import type { Slots } from './slots.js';

export interface HttpOptions extends EgressOptions {
  /** Longest answer that becomes a result, in bytes. Default: 256 KiB. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 256 * 1024;
const MAX_REDIRECTIONS = 10;

/** Makes the requests of HTTP templates. */
export class HttpClient {
  private readonly egress: Egress;
  private readonly dispatchers: Record<'verified' | 'unverified', Dispatcher>;

  constructor(
    private readonly kube: KubeApi,
    private readonly clock: Clock,
    private readonly slots: Slots,
    private readonly options: HttpOptions = {},
  ) {
    this.egress = new Egress(options);
    this.dispatchers = { verified: this.dispatcher(true), unverified: this.dispatcher(false) };
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
    const body = bodyOf(http);
    const dispatcher = this.dispatchers[http.insecureSkipVerify ? 'unverified' : 'verified'];
    const answer = await send(http.url, {
      method: method,
      headers,
      dispatcher,
      signal,
      ...(body !== undefined && { body }),
    });
    const entries = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat()] as const);
    return { statusCode: answer.statusCode, headers: Object.fromEntries(entries), body: await this.read(answer.body) };
  }

  private async read(body: AsyncIterable<Uint8Array>): Promise<string> {
    const limit = this.options.maxBodyBytes ?? MAX_BODY_BYTES;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > limit) throw new Error(`the answer is larger than ${limit} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
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

  /** Every connection, also that of a redirection, is looked at before it is made. */
  private dispatcher(rejectUnauthorized: boolean): Dispatcher {
    const connect = buildConnector({ rejectUnauthorized, lookup: this.egress.lookup });
    const agent = new Agent({
      connect: (options, callback) => {
        try {
          this.egress.checkHost(options.hostname, options.port || (options.protocol === 'https:' ? '443' : '80'));
        } catch (refusal) {
          return callback(refusal as Error, null);
        }
        return connect(options, callback);
      },
    });
    return agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
  }
}

type Headers = Record<string, string | string[]>;

function bodyOf({ body, bodyFrom }: HTTP): string | Uint8Array | undefined {
  if (bodyFrom?.bytes !== undefined) return Buffer.from(bodyFrom.bytes, 'base64');
  return body === '' ? undefined : body;
}

type Failure = Partial<Pick<AggregateError, 'cause' | 'errors' | 'message' | 'name'>>;

/** What is at the bottom of a failure: the layers above only say that there was one. */
const causeOf = (error: Failure): Failure => (error.cause ? causeOf(error.cause) : error);

/** A host of several addresses fails with each of them. */
function reasonOf(error: Failure): string {
  const { errors, message = '' } = causeOf(error);
  return errors ? errors.map(reasonOf).join('; ') : message;
}
