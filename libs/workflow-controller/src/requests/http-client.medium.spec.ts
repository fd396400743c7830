import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createInMemoryKube, resources } from '@argosy/kube';
import type { InMemoryKube, KubeObject } from '@argosy/kube';
import { startLocalCluster } from '@argosy/local-cluster';
import type { RequestObservation } from '@argosy/workflow-engine';
import type { HTTP } from '@argosy/workflow-spec';
import { ManualClock } from '../testing/manual-clock.js';
import { Egress } from './egress.js';
import type { HttpOptions } from './http-client.js';
import { HttpClient } from './http-client.js';
import { Slots } from './slots.js';

const clock = new ManualClock(Date.UTC(2026, 0, 1));
let kube: InMemoryKube;
let server: Server;
let handle: RequestListener;
let url: string;
let client: HttpClient;

beforeEach(async () => {
  kube = createInMemoryKube({ clock });
  server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new HttpClient(kube, clock, new Slots(2));
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const signal = new AbortController().signal;
const ask = (http: Partial<HTTP>, options?: HttpOptions): Promise<RequestObservation> => {
  if (options) client = new HttpClient(kube, clock, new Slots(2), options);
  return client.perform('default', { url, ...http }, signal);
};

describe('a request of an HTTP template', () => {
  it('carries method, headers and body, and brings back all of the answer', async () => {
    let seen: IncomingMessage | undefined;
    let body = '';
    handle = (request, response) => {
      seen = request;
      void text(request).then((read) => {
        body = read;
        response.writeHead(201, { 'x-made': 'yes', 'set-cookie': ['a=1', 'b=2'] }).end('made');
      });
    };
    const headers = [
      { name: 'X-Trace', value: '7' },
      { name: 'X-Trace', value: '8' },
      { name: 'Host', value: 'other.test' },
    ];
    const observation = await ask({ method: 'PUT', headers, body: 'sent é' });
    expect(seen).toMatchObject({ method: 'PUT', headers: { 'x-trace': '7, 8', host: 'other.test' } });
    expect(body).toBe('sent é');
    expect(observation).toMatchObject({
      state: 'answered',
      answer: { statusCode: 201, body: 'made', headers: { 'x-made': ['yes'], 'set-cookie': ['a=1', 'b=2'] } },
    });
    await ask({ method: 'POST', bodyFrom: { bytes: Buffer.from('raw').toString('base64') } });
    expect(body).toBe('raw');
  });

  it('takes headers from secrets of the workflow’s namespace, and tells when they are not there', async () => {
    let token: string | undefined;
    handle = (request, response) => {
      token = request.headers.authorization;
      response.end();
    };
    const data = { token: Buffer.from('Bearer abc').toString('base64') };
    await kube.create<KubeObject>(resources.secrets, {
      metadata: { name: 's', namespace: 'default' },
      data,
    } as KubeObject);
    const from = (name: string, key: string) => [{ name: 'Authorization', valueFrom: { secretKeyRef: { name, key } } }];
    expect(await ask({ headers: from('s', 'token') })).toMatchObject({ state: 'answered' });
    expect(token).toBe('Bearer abc');
    expect(await ask({ headers: from('s', 'none') })).toMatchObject({
      phase: 'Failed',
      message: `GET "${url}": secret s has no key none`,
    });
    expect(await ask({ headers: from('t', 'token') })).toMatchObject({
      message: `GET "${url}": secrets "t" not found`,
    });
  });

  it('follows redirections', async () => {
    handle = (request, response) => {
      if (request.url === '/end') response.end('here');
      else response.writeHead(302, { location: '/end' }).end();
    };
    expect(await ask({})).toMatchObject({ state: 'answered', answer: { statusCode: 200, body: 'here' } });
  });

  it('is given up at its timeout', async () => {
    handle = () => clock.advanceTo(clock.now() + 3000);
    expect(await ask({ timeoutSeconds: 3 })).toMatchObject({
      phase: 'Failed',
      message: `GET "${url}": no answer within 3 s`,
    });
  });

  it('has no answer when nobody listens, and none that is too large', async () => {
    handle = (_request, response) => response.end('x'.repeat(101));
    expect(await ask({}, { maxBodyBytes: 100 })).toMatchObject({
      phase: 'Failed',
      message: `GET "${url}": the answer is larger than 100 bytes`,
    });
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    expect(await ask({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      phase: 'Failed',
      message: `GET "http://127.0.0.1:${port}/": connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    expect(await ask({ url: 'no url' })).toMatchObject({ state: 'ended', phase: 'Failed' });
  });

  it('trusts a server that nobody vouches for only when told to', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'argosy-http-'));
    const cluster = await startLocalCluster({ name: 'tls', dataDir, survives: false, http: { port: 0 } });
    try {
      const address = cluster.http?.url ?? '';
      expect(await ask({ url: address })).toMatchObject({
        phase: 'Failed',
        message: expect.stringContaining('self-signed'),
      });
      expect(await ask({ url: address, insecureSkipVerify: true })).toMatchObject({ state: 'answered' });
    } finally {
      await cluster.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe('where requests may go', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
  ])('not to where a cloud tells a machine its secrets: %s', async (target) => {
    expect(await ask({ url: target })).toMatchObject({
      phase: 'Error',
      message: expect.stringContaining('is a link-local or metadata address, which workflows may not ask'),
    });
  });

  it('not there by a redirection or by a name either', async () => {
    handle = (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    expect(await ask({})).toMatchObject({ phase: 'Error', message: expect.stringContaining('169.254.169.254 is a') });
    // A number is a name that stands for itself, so this needs no name server.
    const error = await new Promise((done) => new Egress({}).lookup('169.254.169.254', {}, done));
    expect(error).toMatchObject({ name: 'EgressRefused' });
    expect(await new Promise((done) => new Egress({}).lookup('127.0.0.1', {}, done))).toBeNull();
  });

  it('only to hosts on the list when there is one', async () => {
    handle = (_request, response) => response.end();
    const { port } = server.address() as AddressInfo;
    for (const allow of [['127.0.0.1'], [`127.0.0.1:${port}`], ['other.test', '*.0.0.1']])
      expect(await ask({}, { allow })).toMatchObject({ state: 'answered' });
    for (const allow of [[], ['127.0.0.1:1'], ['27.0.0.1'], ['*.127.0.0.1']])
      expect(await ask({}, { allow })).toMatchObject({
        phase: 'Error',
        message: `GET "${url}": 127.0.0.1 is not on the list of hosts that HTTP templates may ask`,
      });
  });
});
