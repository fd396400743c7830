import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerCertificate } from './self-signed.js';
import { selfSignedCertificate } from './self-signed.js';

export interface Credentials extends ServerCertificate {
  readonly token: string;
}
const TOKEN_BYTES = 32;

/** The token and certificate of a cluster, made at its first start and kept, so that clients survive a restart. */
export function loadCredentials(dataDir: string, name: string, token?: string): Credentials {
  const path = join(dataDir, 'credentials.json');
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Credentials) : undefined;
  const credentials = {
    ...(known ?? selfSignedCertificate(`argosy-local-${name}`, Date.now())),
    token: token ?? known?.token ?? randomBytes(TOKEN_BYTES).toString('base64url'),
  };
  writePrivate(path, JSON.stringify(credentials));
  return credentials;
}

/** Writes a kubeconfig, as JSON, which is YAML; returns its path. */
export function writeKubeconfig(dataDir: string, name: string, server: string, credentials: Credentials): string {
  const ca = Buffer.from(credentials.cert).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name, user: { token: credentials.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
  const path = join(dataDir, 'kubeconfig');
  writePrivate(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}

function writePrivate(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
  // The mode above counts only for a new file.
  chmodSync(path, 0o600);
}
