/** The access token lives in memory only; the refresh token in a cookie that no script can read. */
let accessToken: string | undefined;
const listeners = new Set<() => void>();

export const currentToken = (): string | undefined => accessToken;
export const isLoggedIn = (): boolean => accessToken !== undefined;
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function take(token: string | undefined): void {
  accessToken = token;
  for (const listener of listeners) listener();
}

async function post(path: string, body: unknown = {}): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'same-origin',
  });
}

/** Throws an Error with a sentence for the person. */
export async function logIn(email: string, password: string): Promise<void> {
  const response = await post('/auth/login', { email, password }).catch(() => undefined);
  if (!response) throw new Error('The server does not answer. Is it running?');
  const body = (await response.json().catch(() => ({}))) as { accessToken?: string; message?: string };
  if (!response.ok || !body.accessToken) throw new Error(body.message ?? 'Logging in failed.');
  take(body.accessToken);
}

let refreshing: Promise<boolean> | undefined;

/** Gets a new access token for the cookie; false when there is none or it has expired. */
export function refresh(): Promise<boolean> {
  refreshing ??= post('/auth/refresh')
    .then(async (response) => {
      // A server that is just starting again does not end the session; one that says no does.
      if (!response.ok && response.status !== 401) return isLoggedIn();
      const { accessToken: token } = response.ok ? ((await response.json()) as { accessToken: string }) : {};
      take(token);
      return token !== undefined;
    })
    .catch(() => false)
    .finally(() => (refreshing = undefined));
  return refreshing;
}

export async function logOut(): Promise<void> {
  await post('/auth/logout').catch(() => undefined);
  take(undefined);
}

/** Milliseconds until the access token expires; 0 when there is none. */
export function msUntilExpiry(now = Date.now()): number {
  const payload = accessToken?.split('.')[1];
  if (!payload) return 0;
  const { exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { exp: number };
  return Math.max(0, exp * 1000 - now);
}
