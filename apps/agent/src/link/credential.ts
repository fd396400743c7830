import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOIN_PATH } from '@argosy/link-protocol';
import { z } from 'zod';

const credentialShape = z.object({ clusterId: z.string(), clusterName: z.string(), credential: z.string() });
export type Credential = z.infer<typeof credentialShape>;

/** The agent cannot join; the message says what to do. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
}

/** The credential of this agent: kept from before, or got for a join token. Throws JoinError. */
export async function obtainCredential(
  dataDir: string,
  controlPlaneUrl: string,
  joinToken: string | undefined,
): Promise<Credential> {
  const path = join(dataDir, 'credential.json');
  const kept = readCredential(path);
  if (kept) return kept;
  if (joinToken === undefined)
    throw new JoinError(`There is no credential in ${dataDir}. Register the cluster and set ARGOSY_JOIN_TOKEN.`);
  const response = await fetch(new URL(JOIN_PATH, controlPlaneUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: joinToken }),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new JoinError(
      (body as { message?: string } | undefined)?.message ??
        `The control plane answered with status ${response.status}.`,
    );
  const credential = credentialShape.parse(body);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(credential), { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  // Renamed into place, because the token has been used up: half a file would lock the agent out.
  renameSync(`${path}.new`, path);
  return credential;
}

function readCredential(path: string): Credential | undefined {
  try {
    return credentialShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
