import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArgosyError } from '@argosy/sdk';
import { z } from 'zod';

const credentialsShape = z.object({ url: z.url(), token: z.string().min(1) });
export type Credentials = z.infer<typeof credentialsShape>;

/** `$XDG_CONFIG_HOME/argosy/credentials.json`, by default below `~/.config`. */
export const userCredentialsPath = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'argosy', 'credentials.json');

/** Where `argosy up` leaves the way in to the stack it started, below its data folder. */
export const localCredentialsPath = (dataDir: string): string => join(dataDir, 'cli.json');

export function readCredentials(path: string): Credentials | undefined {
  try {
    return credentialsShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Only the owner may read it. */
export function writeCredentials(path: string, credentials: Credentials): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
}

export const removeCredentials = (path: string): void => rmSync(path, { force: true });

/**
 * Flags before environment (ARGOSY_URL, ARGOSY_TOKEN) before `argosy login` before a stack started here by `argosy up`.
 * Throws `unauthenticated` with what to do when there is none.
 */
export function findCredentials(
  flags: { url?: string; token?: string },
  env: NodeJS.ProcessEnv,
  cwd: string,
): Credentials {
  const stored =
    readCredentials(userCredentialsPath(env)) ?? readCredentials(localCredentialsPath(join(cwd, '.argosy')));
  const url = flags.url ?? env.ARGOSY_URL ?? stored?.url;
  const token = flags.token ?? env.ARGOSY_TOKEN ?? stored?.token;
  if (url && token) return { url, token };
  throw new ArgosyError(
    'unauthenticated',
    'Not logged in. Run "argosy login URL", or set ARGOSY_URL and ARGOSY_TOKEN, or start a local stack with "argosy up".',
  );
}
