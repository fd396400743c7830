import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { EgressRefused } from '../requests/egress.js';
import { causeOf, reasonOf } from '../requests/failure.js';
import { readAtMost } from '../requests/read-at-most.js';
import type { ImageReference } from './image-reference.js';
import type { PullCredential } from './pull-credentials.js';
import { RegistryProblem } from './registry-problem.js';

/** Manifests and configurations are a few kilobytes. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TOLD = 300;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Talks with one registry about one repository, as one user. https://distribution.github.io/distribution/spec/api */
export class RegistrySession {
  private authorization: string | undefined;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly scheme: 'http' | 'https',
    private readonly place: Pick<ImageReference, 'registry' | 'repository'>,
    private readonly credential: PullCredential | null,
    private readonly signal: AbortSignal,
  ) {}

  /** The digest of a manifest, if the registry tells it without being asked for the manifest itself. */
  async digestOf(tag: string, accept: string): Promise<string | undefined> {
    const { status, headers } = await this.ask('HEAD', `manifests/${tag}`, accept);
    const digest = headers['docker-content-digest'];
    return status === 200 && typeof digest === 'string' ? digest : undefined;
  }

  /** A manifest or a blob. What is named by its digest is what the digest says, or it is refused. */
  async read(path: string, accept: string): Promise<{ readonly digest: string; readonly content: unknown }> {
    const { status, body } = await this.ask('GET', path, accept);
    if (status !== 200) throw this.refusal(`GET ${this.urlOf(path)}`, status, body);
    const [, wanted] = /\/(sha(?:256|512):[0-9a-f]+)$/.exec(path) ?? [];
    const algorithm = wanted?.split(':')[0] ?? 'sha256';
    const digest = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
    if (wanted !== undefined && wanted !== digest)
      throw new RegistryProblem(`GET ${this.urlOf(path)}: the answer is not what its digest says`, 'final');
    return { digest, content: parseJson(body, this.urlOf(path)) };
  }

  private urlOf = (path: string): string =>
    `${this.scheme}://${this.place.registry}/v2/${this.place.repository}/${path}`;

  /** Shows who we are as soon as the registry wants to know. */
  private async ask(method: 'GET' | 'HEAD', path: string, accept: string): Promise<Answer> {
    const url = this.urlOf(path);
    const send = (): Promise<Answer> =>
      this.send({ method, url, headers: { accept, ...(this.authorization && { authorization: this.authorization }) } });
    const answer = await send();
    if (answer.status !== 401 || this.authorization !== undefined) return answer;
    const [challenge = ''] = [answer.headers['www-authenticate'] ?? []].flat();
    this.authorization = await this.authorize(challenge);
    return this.authorization === undefined ? answer : send();
  }

  private async authorize(challenge: string): Promise<string | undefined> {
    const [, scheme = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(challenge) ?? [];
    const parameters: Record<string, string> = {};
    for (const [, key = '', value = ''] of rest.matchAll(/(\w+)="([^"]*)"/g)) parameters[key] = value;
    if (/^bearer$/i.test(scheme) && parameters.realm) return `Bearer ${await this.token(parameters)}`;
    return /^basic$/i.test(scheme) && this.credential ? basic(this.credential) : undefined;
  }

  private async token({ realm = '', service = '', scope }: Record<string, string>): Promise<string> {
    const url = URL.canParse(realm) ? new URL(realm) : null;
    if (!url || (url.protocol !== 'https:' && (this.scheme === 'https' || url.protocol !== 'http:')))
      throw new RegistryProblem(`${this.place.registry} wants a token from "${realm}", which is not safe`, 'final');
    const wanted = { service, scope: scope ?? `repository:${this.place.repository}:pull` };
    const answer = await this.send(tokenRequest(url, wanted, this.credential));
    if (answer.status !== 200) throw this.refusal(`GET ${url.origin}${url.pathname}`, answer.status, answer.body);
    const told = parseJson(answer.body, url.href) as { token?: unknown; access_token?: unknown } | null;
    const token = told?.token ?? told?.access_token;
    if (typeof token !== 'string') throw new RegistryProblem(`${url.origin} answered without a token`, 'final');
    return token;
  }

  private async send({ url, method, headers, body }: Ask): Promise<Answer> {
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.dispatcher,
        signal: this.signal,
        headers: { 'user-agent': 'argosy', ...headers },
        ...(body !== undefined && { body }),
      });
      return { status: answer.statusCode, headers: answer.headers, body: await readAtMost(MAX_BYTES, answer.body) };
    } catch (error) {
      const { name, code } = causeOf(error as Error) as { name?: string; code?: string };
      const isFinal = name === EgressRefused.name || code === 'ENOTFOUND';
      const why = this.signal.aborted ? 'no answer in time' : reasonOf(error as Error);
      throw new RegistryProblem(`${method} ${url}: ${why}`, isFinal ? 'final' : 'passing', { cause: error });
    }
  }

  private refusal(what: string, status: number, body: Buffer): RegistryProblem {
    const kind = status === 401 || status === 403 ? 'denied' : status === 429 || status >= 500 ? 'passing' : 'final';
    return new RegistryProblem(`${what}: ${told(body) || `status ${status}`}`, kind);
  }
}

const basic = (credential: PullCredential): string | undefined =>
  credential.type === 'password'
    ? `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
    : undefined;

function tokenRequest(url: URL, wanted: Record<string, string>, credential: PullCredential | null): Ask {
  if (credential?.type === 'identity') {
    const form = { ...wanted, grant_type: 'refresh_token', client_id: 'argosy', refresh_token: credential.token };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: url.href, headers, body: new URLSearchParams(form).toString() };
  }
  for (const [key, value] of Object.entries(wanted)) url.searchParams.set(key, value);
  const authorization = credential ? basic(credential) : undefined;
  return { method: 'GET', url: url.href, ...(authorization && { headers: { authorization } }) };
}

function parseJson(body: Buffer, url: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new RegistryProblem(`${url} did not answer with JSON`, 'final', { cause });
  }
}

/** `MANIFEST_UNKNOWN: manifest unknown`, as registries explain themselves. */
function told(body: Buffer): string {
  try {
    const { errors = [], details } = JSON.parse(body.toString('utf8')) as {
      errors?: { code?: string; message?: string }[];
      details?: string;
    };
    return errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; ') || (details ?? '');
  } catch {
    return body.toString('utf8').trim().slice(0, MAX_TOLD);
  }
}
