import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { ImageQuestion } from '@argosy/pod-plan';
import { z } from 'zod';
import { registryOf } from './image-reference.js';
import type { ImageReference } from './image-reference.js';

/** How somebody shows a registry who they are. */
export type PullCredential =
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  /** Is exchanged for a token, as an OAuth2 refresh token. */
  | { readonly type: 'identity'; readonly token: string };

export interface PullCredentials {
  readonly credentials: readonly PullCredential[];
  /** Secrets that could not be read, with the reason; for who wonders why the registry refused. */
  readonly unreadable: readonly string[];
}

const entry = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const entries = z.record(z.string(), entry);
const KEYS = {
  '.dockerconfigjson': z.object({ auths: entries }).transform(({ auths }) => auths),
  '.dockercfg': entries,
};

/** What the pod of the image may show to its registry: its own pull secrets, then those of its service account. */
export async function pullCredentials(
  kube: KubeApi,
  { namespace, serviceAccountName, pullSecrets }: ImageQuestion,
  reference: ImageReference,
): Promise<PullCredentials> {
  const unreadable: string[] = [];
  const reading = async (what: string, read: () => Promise<KubeObject>): Promise<KubeObject | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!isKubeError(error, 'NotFound', 'Forbidden')) throw error;
      if (what !== '') unreadable.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  const account = await reading(serviceAccountName ? `service account ${serviceAccountName}` : '', () =>
    kube.get<KubeObject>({ type: resources.serviceAccounts, namespace, name: serviceAccountName ?? 'default' }),
  );
  const ofAccount = (account as { imagePullSecrets?: { name?: string }[] } | undefined)?.imagePullSecrets ?? [];
  const names = new Set([...pullSecrets, ...ofAccount.flatMap(({ name }) => name ?? [])]);
  const credentials: PullCredential[] = [];
  for (const name of names) {
    const secret = await reading(`secret ${name}`, () =>
      kube.get<KubeObject>({ type: resources.secrets, namespace, name }),
    );
    if (!secret) continue;
    const found = readSecret(secret);
    if (found) credentials.push(...matching(found, reference));
    else unreadable.push(`secret ${name}: holds no .dockerconfigjson`);
  }
  return { credentials, unreadable };
}

type Entries = z.infer<typeof entries>;

function readSecret(secret: KubeObject): Entries | undefined {
  const { data = {} } = secret as { data?: Record<string, string> };
  for (const [key, schema] of Object.entries(KEYS)) {
    const value = data[key];
    if (value === undefined) continue;
    try {
      return schema.parse(JSON.parse(Buffer.from(value, 'base64').toString('utf8')));
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** The most exact place first: a repository before its registry, a name before a pattern. */
function matching(found: Entries, { registry, repository }: ImageReference): PullCredential[] {
  return Object.entries(found)
    .filter(([place]) => isPlaceOf(place, registry, repository))
    .sort(([a], [b]) => b.length - a.length)
    .flatMap(([, { auth, username, password, identitytoken }]): PullCredential[] => {
      if (identitytoken) return [{ type: 'identity', token: identitytoken }];
      const text = auth ? Buffer.from(auth, 'base64').toString('utf8') : `${username ?? ''}:${password ?? ''}`;
      const colon = text.indexOf(':');
      if (colon <= 0) return [];
      return [{ type: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }];
    });
}

/** `https://index.docker.io/v1/`, `ghcr.io`, `*.azurecr.io`, `registry.example.com:5000/team`. */
function isPlaceOf(place: string, registry: string, repository: string): boolean {
  const bare = place.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  const [host = '', ...path] = bare.split('/');
  const [name = '', port] = registryOf(host).split(':');
  const [wantedName = '', wantedPort] = registry.split(':');
  const [labels, wanted] = [name.split('.'), wantedName.split('.')];
  const isHost = labels.length === wanted.length && labels.every((label, i) => label === '*' || label === wanted[i]);
  const prefix = path.join('/');
  return isHost && port === wantedPort && (prefix === '' || `${repository}/`.startsWith(`${prefix}/`));
}
