/** Whether news from the server arrive; and who wants to know when they do again. */
let isDown = false;
let hadConnected = false;
const watchers = new Set<() => void>();
const reconnectListeners = new Set<() => void>();
const NORMAL = 1000;
/** graphql-ws closes so when it is asked to open a new socket. */
const TERMINATED = 4499;

export const linkIsDown = (): boolean => isDown;
export function onLinkChange(listener: () => void): () => void {
  watchers.add(listener);
  return () => void watchers.delete(listener);
}
/** Called whenever the socket is open again after it was not: what happened meanwhile has to be read. */
export function onReconnect(listener: () => void): () => void {
  reconnectListeners.add(listener);
  return () => void reconnectListeners.delete(listener);
}

function setDown(value: boolean): void {
  if (isDown === value) return;
  isDown = value;
  for (const watcher of watchers) watcher();
}

export function noteConnected(): void {
  setDown(false);
  if (hadConnected) for (const listener of reconnectListeners) listener();
  hadConnected = true;
}

/** The socket is also closed when nobody listens any more; that is no fault. */
export function noteClosed(event: unknown): void {
  const { code } = event as { code?: number };
  if (code === NORMAL) hadConnected = false;
  else if (code !== TERMINATED) setDown(true);
}
