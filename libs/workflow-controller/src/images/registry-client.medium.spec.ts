import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InMemoryKube, KubeObject } from '@argosy/kube';
import { createInMemoryKube, KubeError, resources } from '@argosy/kube';
import type { ImageCommand, ImageQuestion } from '@argosy/pod-plan';
import { hasRegistry, TestRegistry, USER } from '../testing/test-registry.js';
import { RegistryClient } from './registry-client.js';

if (!hasRegistry)
  process.stderr.write('No docker-registry on this machine: the tests of image look-ups are left out.\n');
const withRegistry = hasRegistry ? describe : describe.skip;

const TOOL: ImageCommand = { entrypoint: ['/tool'], cmd: ['serve', '$HOME'] };
const never = new AbortController().signal;
let kube: InMemoryKube;
let client: RegistryClient;
beforeEach(() => {
  kube = createInMemoryKube();
  client = new RegistryClient(kube);
});
afterEach(() => client.close());

const ask = (image: string, more: Partial<ImageQuestion> = {}, signal = never): Promise<ImageCommand> =>
  client.commandOf(
    { image, namespace: 'default', serviceAccountName: undefined, pullSecrets: [], architecture: 'amd64', ...more },
    signal,
  );
const secret = (name: string, data: Record<string, string>): Promise<KubeObject> =>
  kube.create<KubeObject>(resources.secrets, { metadata: { name, namespace: 'default' }, data } as KubeObject);

withRegistry('a registry that is open to all', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start('open');
    await registry.push('tool', '1', { amd64: TOOL });
    await registry.push('team/many', 'latest', {
      amd64: { entrypoint: ['/amd'] },
      arm64: { entrypoint: ['/arm'], cmd: ['-v'] },
    });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    registry.asked.length = 0;
    registry.inTheWay = () => false;
  });

  it('tells what an image runs', async () => {
    expect(await ask(`${registry.host}/tool:1`)).toEqual(TOOL);
  });

  it('tells it for the architecture that is wanted, or for any that it has', async () => {
    const image = `${registry.host}/team/many`;
    expect(await ask(image)).toEqual({ entrypoint: ['/amd'], cmd: [] });
    expect(await ask(image, { architecture: 'arm64' })).toEqual({ entrypoint: ['/arm'], cmd: ['-v'] });
    expect(await ask(image, { architecture: 's390x' })).toEqual({ entrypoint: ['/amd'], cmd: [] });
  });

  it('is asked for no more than the digest when that is known, and for all when a tag has moved', async () => {
    const image = `${registry.host}/tool:moves`;
    await registry.push('tool', 'moves', { amd64: { cmd: ['one'] } });
    expect(await ask(image)).toEqual({ entrypoint: [], cmd: ['one'] });
    registry.asked.length = 0;
    expect(await ask(image)).toEqual({ entrypoint: [], cmd: ['one'] });
    expect(registry.asked).toEqual(['HEAD /v2/tool/manifests/moves']);
    await registry.push('tool', 'moves', { amd64: { cmd: ['two'] } });
    expect(await ask(image)).toEqual({ entrypoint: [], cmd: ['two'] });
  });

  it('is believed when what it says has the digest that was asked for', async () => {
    registry.inTheWay = ({ url = '' }, response) => {
      if (url.includes('/blobs/')) response.end('{"config":{"Entrypoint":["/evil"]}}');
      return url.includes('/blobs/');
    };
    await expect(ask(`${registry.host}/tool:1`)).rejects.toMatchObject({
      message: expect.stringContaining('is not what its digest says'),
      kind: 'final',
    });
  });

  it('says what there is not', async () => {
    await expect(ask(`${registry.host}/tool:none`)).rejects.toMatchObject({
      message: `GET http://${registry.host}/v2/tool/manifests/none: MANIFEST_UNKNOWN: manifest unknown`,
      kind: 'final',
    });
    await expect(ask('Not/An Image')).rejects.toThrow('"Not/An Image" is not the name of an image');
  });

  it('may be asked again when it is not well', async () => {
    registry.inTheWay = (_request, response) => Boolean(response.writeHead(503).end('be right back'));
    const url = `GET http://${registry.host}/v2/tool/manifests/1`;
    await expect(ask(`${registry.host}/tool:1`)).rejects.toMatchObject({
      message: `${url}: be right back`,
      kind: 'passing',
    });
    registry.inTheWay = () => true;
    const timeout = new AbortController();
    const slow = ask(`${registry.host}/tool:1`, {}, timeout.signal);
    timeout.abort();
    await expect(slow).rejects.toMatchObject({
      message: expect.stringContaining('no answer in time'),
      kind: 'passing',
    });
  });
});

withRegistry.each(['basic', 'token'] as const)('a registry with a login (%s)', (login) => {
  let registry: TestRegistry;
  let image: string;
  beforeAll(async () => {
    registry = await TestRegistry.start(login);
    await registry.push('team/tool', '1', { amd64: TOOL });
    image = `${registry.host}/team/tool:1`;
  });
  afterAll(() => registry.stop());

  it('is shown the pull secrets of the pod, until one is good', async () => {
    const wrong = { auth: Buffer.from('robot:wrong').toString('base64') };
    await secret('wrong', { '.dockerconfigjson': registry.secretOf(wrong) });
    await secret('right', { '.dockerconfigjson': registry.secretOf() });
    expect(await ask(image, { pullSecrets: ['missing', 'wrong', 'right'] })).toEqual(TOOL);
  });

  it('is shown those of the service account, which is the default one when none is named', async () => {
    await secret('right', { '.dockerconfigjson': registry.secretOf() });
    for (const name of ['default', 'builder'])
      await kube.create<KubeObject>(resources.serviceAccounts, {
        metadata: { name, namespace: 'default' },
        imagePullSecrets: [{ name: 'right' }],
      } as KubeObject);
    expect(await ask(image)).toEqual(TOOL);
    expect(await ask(image, { serviceAccountName: 'builder' })).toEqual(TOOL);
  });

  it('is shown names and passwords however they are written', async () => {
    const { username, password } = USER;
    const auths: Record<string, object> = {
      plain: { [registry.host]: { username, password } },
      address: { [`https://${registry.host}/v1/`]: { username, password } },
      pattern: { [registry.host.replace('127.0', '*.*')]: { username, password } },
      place: { [registry.host]: { username, password: 'x' }, [`${registry.host}/team`]: { username, password } },
    };
    for (const [name, value] of Object.entries(auths)) {
      const text = Buffer.from(JSON.stringify(name === 'plain' ? value : { auths: value })).toString('base64');
      await secret(name, { [name === 'plain' ? '.dockercfg' : '.dockerconfigjson']: text });
      expect(await ask(image, { pullSecrets: [name] })).toEqual(TOOL);
    }
  });

  it('refuses, and it is said who was shown', async () => {
    const refused = (more: Partial<ImageQuestion> = {}) => ask(image, more).catch((error: Error) => error.message);
    expect(await refused()).toMatch(
      new RegExp(`^GET http://${registry.host}/v2/team/tool/manifests/1: UNAUTHORIZED: .*no pull secret is for 127`),
    );
    const elsewhere = { auths: { 'other.test': { username: 'x', password: 'y' }, [`${registry.host}/other`]: {} } };
    await secret('elsewhere', { '.dockerconfigjson': Buffer.from(JSON.stringify(elsewhere)).toString('base64') });
    await secret('strange', { '.dockerconfigjson': Buffer.from('{').toString('base64') });
    expect(await refused({ pullSecrets: ['elsewhere', 'strange', 'missing'] })).toMatch(
      /no pull secret is for .*; .*secret strange: holds no .dockerconfigjson; secret missing: .*not found/,
    );
    await secret('wrong', { '.dockerconfigjson': registry.secretOf({ username: 'robot', password: 'wrong' }) });
    expect(await refused({ pullSecrets: ['wrong'] })).toContain('with a pull secret');
  });

  it('says what could not be read when that is forbidden', async () => {
    const forbidden = { get: () => Promise.reject(new KubeError('Forbidden', 'secrets is forbidden', 403)) };
    await client.close();
    client = new RegistryClient({ ...kube, ...forbidden });
    await expect(ask(image, { pullSecrets: ['right'] })).rejects.toThrow('secret right: secrets is forbidden');
  });
});

withRegistry('a registry with tokens', () => {
  it('takes an identity for one', async () => {
    const registry = await TestRegistry.start('token');
    try {
      await registry.push('tool', '1', { amd64: TOOL });
      const { identitytoken } = USER;
      await secret('identity', { '.dockerconfigjson': registry.secretOf({ identitytoken }) });
      expect(await ask(`${registry.host}/tool:1`, { pullSecrets: ['identity'] })).toEqual(TOOL);
    } finally {
      await registry.stop();
    }
  });

  it('may not have passwords sent where anybody can read them', async () => {
    const registry = await TestRegistry.start('open');
    try {
      registry.inTheWay = (_request, response) => {
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="ftp://x/token",service="x"' }).end();
        return true;
      };
      await expect(ask(`${registry.host}/tool:1`)).rejects.toThrow('wants a token from "ftp://x/token"');
    } finally {
      await registry.stop();
    }
  });
});

describe('a registry that is not there', () => {
  it('may be there later', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    await expect(ask(`127.0.0.1:${port}/tool`)).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
      kind: 'passing',
    });
  });

  it('is not asked at addresses where clouds hand out credentials', async () => {
    await expect(ask('169.254.169.254/latest/meta-data')).rejects.toMatchObject({
      message: expect.stringContaining('is a link-local or metadata address, which workflows may not ask'),
      kind: 'final',
    });
  });
});
