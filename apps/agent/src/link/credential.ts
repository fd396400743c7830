import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@argosy/kube';
import { sleep, systemClock } from '@argosy/kube';
import { JOIN_PATH } from '@argosy/link-protocol';
import type { Secret } from '@argosy/platform';
import { z } from 'zod';
import { Backoff } from './backoff.js';

const ANSWER_TIMEOUT_MS = 30_000;
const credentialShape = z.object({ clusterId: z.string(), clusterName: z.string(), credential: z.string() });
export type Credential = z.infer<typeof credentialShape>;

/** The agent cannot join; the message says what to do. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
}
export interface JoinOptions {
  readonly dataDir: string;
  readonly controlPlaneUrl: string;
  readonly joinToken: Secret | undefined;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The control plane could not be reached. */
  readonly onRetry: (reason: string) => void;
}

/** The credential of this agent: kept from before, or got for a join token, however long that takes. Throws JoinError. */
export async function obtainCredential(options: JoinOptions): Promise<Credential> {
  const { dataDir, joinToken, clock = systemClock, random = Math.random, onRetry } = options;
  const path = join(dataDir, 'credential.json');
  const kept = readCredential(path);
  if (kept) return kept;
  if (joinToken === undefined)
    throw new JoinError(`There is no credential in ${dataDir}. Register the cluster and set ARGOSY_JOIN_TOKEN.`);
  // Before the token is used up, not after.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const backoff = new Backoff(random);
  for (;;) {
    try {
      const credential = await exchange(options.controlPlaneUrl, joinToken.reveal());
      keep(path, credential);
      return credential;
    } catch (error) {
      if (error instanceof JoinError) throw error;
      onRetry((error as Error).message);
      await sleep(clock, backoff.next());
    }
  }
}

async function exchange(controlPlaneUrl: string, token: string): Promise<Credential> {
  const response = await fetch(new URL(JOIN_PATH, controlPlaneUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const body: unknown = await response.json().catch(() => undefined);
  const said = (body as { message?: string } | undefined)?.message;
  const message = said ?? `The control plane answered with status ${response.status}.`;
  if (response.status >= 400 && response.status < 500 && response.status !== 429) throw new JoinError(message);
  if (!response.ok) throw new Error(message);
  return credentialShape.parse(body);
}

function keep(path: string, credential: Credential): void {
  writeFileSync(`${path}.new`, JSON.stringify(credential), { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  // Renamed into place, because the token has been used up: half a file would lock the agent out.
  renameSync(`${path}.new`, path);
}

function readCredential(path: string): Credential | undefined {
  try {
    return credentialShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
