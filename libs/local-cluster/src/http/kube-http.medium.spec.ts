import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InMemoryKube, KubeObject } from '@argosy/kube';
import { createInMemoryKube, resources } from '@argosy/kube';
import type { ClientNodeKube } from '@argosy/kube/client-node';
import { createClientNodeKube } from '@argosy/kube/client-node';
import { kubeContract } from '@argosy/kube/testing';
import { request } from 'undici';
import { loadCredentials, writeKubeconfig } from './credentials.js';
import type { KubeHttpServer } from './kube-http-server.js';
import { startKubeHttp } from './kube-http-server.js';

const token = 'a-token-of-this-test';

kubeContract('client-node over the HTTP face', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'argosy-http-'));
  const credentials = loadCredentials(dataDir, 'test', token);
  const server = await startKubeHttp({ api: createInMemoryKube(), token, tls: credentials });
  const kubeconfig = writeKubeconfig(dataDir, 'test', server.url, credentials);
  const api = createClientNodeKube({ kubeconfig });
  return {
    api,
    namespace: 'default',
    close: async () => {
      await api.close();
      await server.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});

const realCluster = process.env.ARGOSY_TEST_KUBECONFIG;
if (realCluster !== undefined) {
  kubeContract('client-node on a real API server', async () => {
    const api = createClientNodeKube({ kubeconfig: realCluster });
    const created = await api.create<KubeObject>(resources.namespaces, {
      metadata: { generateName: 'argosy-contract-' },
    });
    const namespace = created.metadata?.name ?? '';
    return {
      api,
      namespace,
      close: async () => {
        await api.delete({ type: resources.namespaces, name: namespace });
        await api.close();
      },
    };
  });
}

describe('The HTTP face', () => {
  let kube: InMemoryKube;
  let server: KubeHttpServer;
  let client: ClientNodeKube;

  beforeEach(async () => {
    kube = createInMemoryKube({ historyLimit: 2 });
    server = await startKubeHttp({ api: kube, token });
    client = createClientNodeKube({ url: server.url, token });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const get = async (
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await request(server.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
    return { status: answer.statusCode, body: await answer.body.json() };
  };
  const pod = { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'main' }] } } as KubeObject;

  it('refuses whoever has no token or a wrong one', async () => {
    const stranger = createClientNodeKube({ url: server.url, token: 'guess' });
    await expect(stranger.list(resources.pods)).rejects.toMatchObject({ code: 'Unauthorized', status: 401 });
    await stranger.close();
    expect(await get('/api/v1/pods', { authorization: '' })).toMatchObject({ status: 401, body: { kind: 'Status' } });
  });

  it('tells what it serves, to old clients and new ones', async () => {
    const names = (list: unknown): string[] =>
      (list as { resources: { name: string }[] }).resources.map(({ name }) => name);
    expect(names((await get('/api/v1')).body)).toEqual(expect.arrayContaining(['pods', 'pods/status', 'pods/log']));
    expect(names((await get('/apis/argoproj.io/v1alpha1')).body)).toEqual(
      expect.arrayContaining(['workflows', 'cronworkflows', 'clusterworkflowtemplates']),
    );
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    expect((await get('/apis', { accept })).body).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      items: expect.arrayContaining([
        expect.objectContaining({ metadata: { name: 'argoproj.io', creationTimestamp: null } }),
      ]) as unknown,
    });
    expect((await get('/apis/unknown.example/v1')).status).toBe(404);
  });

  it('prints tables for kubectl', async () => {
    await kube.create(resources.pods, pod);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await get('/api/v1/namespaces/default/pods', { accept });
    expect(body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [
        { name: 'Name' },
        { name: 'Ready' },
        { name: 'Status' },
        { name: 'Restarts' },
        { name: 'Age' },
      ],
      rows: [{ cells: ['p', '0/1', 'Pending', 0, expect.stringMatching(/^\d+s$/) as unknown] }],
    });
  });

  it('says in the stream that a version is gone, and the client understands', async () => {
    const first = await kube.create(resources.pods, pod);
    for (let index = 0; index < 10; index++)
      await kube.patch({ type: resources.pods, namespace: 'default', name: 'p' }, 'merge', {
        metadata: { labels: { index: String(index) } },
      });
    const { resourceVersion = '' } = first.metadata ?? {};
    const watch = client.watch(resources.pods, { resourceVersion, signal: new AbortController().signal });
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'Gone', status: 410 });
  });

  it('streams logs as they are written and stops when the reader leaves', async () => {
    await kube.create(resources.pods, pod);
    let write: (line: string) => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      kube.attachLogs(async function* (_pod, { signal }) {
        yield Buffer.from('one\n');
        yield Buffer.from(await new Promise<string>((next) => (write = next)));
        await new Promise((next) => signal?.addEventListener('abort', next));
        resolve();
      });
    });
    const aborter = new AbortController();
    const seen: string[] = [];
    const ref = { type: resources.pods, namespace: 'default', name: 'p' };
    for await (const chunk of client.logs(ref, { follow: true, signal: aborter.signal })) {
      seen.push(Buffer.from(chunk).toString());
      if (seen.length === 1) write('two\n');
      else aborter.abort();
    }
    expect(seen).toEqual(['one\n', 'two\n']);
    await left;
  });

  it('ends watches when it closes, without an error that nobody catches', async () => {
    const signal = new AbortController().signal;
    await kube.create(resources.pods, pod);
    const watch = client.watch(resources.pods, { signal })[Symbol.asyncIterator]();
    await watch.next();
    const next = watch.next().then(
      ({ done }) => (done ? 'ended' : 'event'),
      (error: { code: string }) => error.code,
    );
    await server.close();
    expect(['ended', 'Unavailable']).toContain(await next);
    await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 'Unavailable', retry: 'backoff' });
  });

  it('refuses a body that is too large, broken or not JSON', async () => {
    const post = async (body: string, type = 'application/json'): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const path = `${server.url}/api/v1/namespaces/default/configmaps`;
      return (await request(path, { method: 'POST', headers, body })).body.json();
    };
    expect(await post('{')).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(await post('k8s', 'application/vnd.kubernetes.protobuf')).toMatchObject({ code: 415 });
    const metadata = { name: 'big', namespace: 'default' };
    expect(await post(JSON.stringify({ metadata, data: { a: 'x'.repeat(2_000_000) } }))).toMatchObject({ code: 413 });
  });
});

describe('The credentials of a cluster', () => {
  it('are private and stay the same from start to start', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'argosy-credentials-'));
    const first = loadCredentials(dataDir, 'east');
    expect(loadCredentials(dataDir, 'east')).toEqual(first);
    expect(first.token).toHaveLength(43);
    const kubeconfig = writeKubeconfig(dataDir, 'east', 'https://127.0.0.1:1', first);
    for (const path of [kubeconfig, join(dataDir, 'credentials.json')]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(kubeconfig, 'utf8')).toContain(first.token);
    rmSync(dataDir, { recursive: true });
  });
});
