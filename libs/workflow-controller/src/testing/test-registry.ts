import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfSignedCertificate } from '@argosy/local-cluster';
import type { ServerCertificate } from '@argosy/local-cluster';
import type { ImageCommand } from '@argosy/pod-plan';
import { stringify } from 'yaml';

/** Whether a registry can be started here. */
export const hasRegistry = spawnSync('docker-registry', ['--version']).status === 0;

/** Who may pull. */
export const USER = { username: 'robot', password: 'open sesame', identitytoken: 'refresh me' };
/** Made by crypt(3), because Node has no bcrypt. */
const HTPASSWD = `${USER.username}:$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n`;
const BASIC = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;
const SERVICE = 'test-registry';
const OCI = 'application/vnd.oci.image';

/** Docker's own registry behind a door that counts who comes in, with a server of tokens beside it. */
export class TestRegistry {
  /** Requests of those who pull: `GET /v2/tool/manifests/1`. */
  readonly asked: string[] = [];
  /** Answers before the registry can; returns whether it has. */
  inTheWay: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  private readonly dir = mkdtempSync(join(tmpdir(), 'argosy-registry-'));
  private readonly certificate = selfSignedCertificate(SERVICE, Date.now());
  private readonly door: Server;
  private registry: ChildProcess | undefined;

  private constructor(private readonly login: 'open' | 'basic' | 'token') {
    this.door = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url?.split('?')[0]}`);
      if (this.inTheWay(request, response)) return;
      if (request.url?.startsWith('/token')) void this.answerToken(request, response);
      else void this.pass(request).then(([status, headers, body]) => response.writeHead(status, headers).end(body));
    });
  }

  static async start(login: 'open' | 'basic' | 'token'): Promise<TestRegistry> {
    const registry = new TestRegistry(login);
    registry.door.listen(0, '127.0.0.1');
    await once(registry.door, 'listening');
    await registry.open();
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.door.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.door.closeAllConnections();
    this.door.close();
    const ended = once(this.registry as ChildProcess, 'exit');
    this.registry?.kill('SIGKILL');
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Puts an image there; of several architectures, each with a command of its own, when `commands` has more than one. */
  async push(
    repository: string,
    tag: string,
    commands: Readonly<Record<string, Partial<ImageCommand>>>,
  ): Promise<void> {
    const manifests = [];
    for (const [architecture, { entrypoint, cmd }] of Object.entries(commands)) {
      const config = JSON.stringify({ os: 'linux', architecture, config: { Entrypoint: entrypoint, Cmd: cmd } });
      await this.pushBlob(repository, config);
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: `${OCI}.manifest.v1+json`,
        config: { mediaType: `${OCI}.config.v1+json`, digest: sha256(config), size: config.length },
        layers: [],
      });
      await this.pushManifest(repository, sha256(manifest), `${OCI}.manifest.v1+json`, manifest);
      if (Object.keys(commands).length === 1)
        return this.pushManifest(repository, tag, `${OCI}.manifest.v1+json`, manifest);
      const platform = { os: 'linux', architecture };
      const mediaType = `${OCI}.manifest.v1+json`;
      manifests.push({ mediaType, digest: sha256(manifest), size: manifest.length, platform });
    }
    const index = JSON.stringify({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests });
    return this.pushManifest(repository, tag, `${OCI}.index.v1+json`, index);
  }

  /** The secret by which USER pulls, as `kubectl create secret docker-registry` writes it. */
  secretOf(entry: object = { auth: Buffer.from(`${USER.username}:${USER.password}`).toString('base64') }): string {
    return Buffer.from(JSON.stringify({ auths: { [this.host]: entry } })).toString('base64');
  }

  private async open(): Promise<void> {
    const file = (name: string): string => join(this.dir, name);
    writeFileSync(file('htpasswd'), HTPASSWD);
    writeFileSync(file('certificate.pem'), this.certificate.cert);
    const realm = `http://${this.host}/token`;
    const token = { realm, service: SERVICE, issuer: SERVICE, rootcertbundle: file('certificate.pem') };
    const auth = { open: {}, basic: { htpasswd: { realm: 'test', path: file('htpasswd') } }, token: { token } };
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: file('data') } },
      http: { net: 'unix', addr: file('socket'), secret: 'secret' },
      ...(this.login !== 'open' && { auth: auth[this.login] }),
    };
    writeFileSync(file('config.yml'), stringify(config));
    const child = spawn('docker-registry', ['serve', file('config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.registry = child;
    let told = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        told = `${told}${chunk.toString()}`.slice(-10_000);
        if (told.includes('listening on')) resolve();
      });
      child.once('exit', () => reject(new Error(`docker-registry ended:\n${told}`)));
    });
  }

  private async pass(incoming: IncomingMessage): Promise<[number, OutgoingHttpHeaders, string]> {
    return this.send(incoming.method ?? '', incoming.url ?? '', incoming.headers, '');
  }

  private async send(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    body: string,
  ): Promise<[number, OutgoingHttpHeaders, string]> {
    const outgoing = request({ socketPath: join(this.dir, 'socket'), method, path, headers }).end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return [answer.statusCode ?? 0, answer.headers, await text(answer)];
  }

  private async pushBlob(repository: string, blob: string): Promise<void> {
    const headers = this.mayPush(repository);
    const [, { location }] = await this.send('POST', `/v2/${repository}/blobs/uploads/`, { ...headers, host: 'x' }, '');
    const { pathname, search } = new URL(String(location), 'http://x');
    const path = `${pathname}${search}&digest=${sha256(blob)}`;
    await this.put(path, { ...headers, 'content-type': 'application/octet-stream' }, blob);
  }

  private pushManifest(repository: string, reference: string, type: string, manifest: string): Promise<void> {
    const headers = { ...this.mayPush(repository), 'content-type': type };
    return this.put(`/v2/${repository}/manifests/${reference}`, headers, manifest);
  }

  private async put(path: string, headers: OutgoingHttpHeaders, body: string): Promise<void> {
    const [status, , answer] = await this.send('PUT', path, { ...headers, 'content-length': body.length }, body);
    if (status !== 201) throw new Error(`PUT ${path}: ${status} ${answer}`);
  }

  private mayPush(repository: string): OutgoingHttpHeaders {
    if (this.login !== 'token') return { authorization: BASIC };
    return { authorization: `Bearer ${tokenOf(this.certificate, repository, ['pull', 'push'])}` };
  }

  /** Everybody gets a token; that of USER is good for something. */
  private async answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : request.url?.split('?')[1]);
    const isUser =
      request.headers.authorization === BASIC ||
      (form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === USER.identitytoken);
    const [, repository = '', action = ''] = form.get('scope')?.split(':') ?? [];
    const token = tokenOf(this.certificate, repository, isUser ? [action] : []);
    response.end(JSON.stringify(request.method === 'POST' ? { access_token: token } : { token }));
  }
}

const sha256 = (bytes: string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** https://distribution.github.io/distribution/spec/auth/jwt */
function tokenOf({ key, cert }: ServerCertificate, repository: string, actions: readonly string[]): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const x5c = [cert.replace(/-----[^-]+-----|\s/g, '')];
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: SERVICE,
    aud: SERVICE,
    sub: USER.username,
    iat: now,
    nbf: now - 60,
    exp: now + 600,
    jti: '1',
    access: actions.length > 0 ? [{ type: 'repository', name: repository, actions }] : [],
  };
  const signed = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
