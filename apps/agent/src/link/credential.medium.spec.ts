import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JOIN_PATH } from '@argosy/link-protocol';
import { Secret } from '@argosy/platform';
import { ManualClock } from '../testing/manual-clock.js';
import { JoinError, obtainCredential } from './credential.js';
import type { Credential } from './credential.js';

let dataDir: string;
let server: Server;
let answers: { readonly status: number; readonly body: unknown }[];
let asked: { url: string; body: string }[];
beforeEach(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'credential-')), 'agent');
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body });
      const answer = answers.shift();
      response.writeHead(answer?.status ?? 500, { connection: 'close' }).end(JSON.stringify(answer?.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(join(dataDir, '..'), { recursive: true });
});

const credential: Credential = { clusterId: 'c', clusterName: 'east', credential: 'secret' };
const retries: string[] = [];
function obtain(token?: string): Promise<Credential> {
  const clock = new ManualClock();
  return obtainCredential({
    dataDir,
    controlPlaneUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    joinToken: token === undefined ? undefined : new Secret(token),
    clock: { now: () => clock.now(), after: (_delayMs, run) => (queueMicrotask(run), () => undefined) },
    random: () => 1,
    onRetry: (reason) => retries.push(reason),
  });
}

describe('the credential of an agent', () => {
  it('is got for the join token once, kept for its owner alone, and used ever after', async () => {
    answers = [{ status: 200, body: credential }];
    expect(await obtain('token-1')).toEqual(credential);
    expect(asked).toEqual([{ url: JOIN_PATH, body: '{"token":"token-1"}' }]);
    const file = join(dataDir, 'credential.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(credential);
    expect(await obtain()).toEqual(credential);
    expect(asked).toHaveLength(1);
  });

  it('is asked for again while the control plane is not well', async () => {
    answers = [
      { status: 503, body: { message: 'starting' } },
      { status: 200, body: credential },
    ];
    expect(await obtain('token-1')).toEqual(credential);
    expect(retries).toEqual(['starting']);
  });

  it('is not to be had for a token that is used up, or for none', async () => {
    answers = [{ status: 401, body: { message: 'The join token is not valid.' } }];
    await expect(obtain('token-1')).rejects.toEqual(new JoinError('The join token is not valid.'));
    await expect(obtain()).rejects.toThrow('set ARGOSY_JOIN_TOKEN');
  });
});
