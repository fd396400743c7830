/**
 * Where the limits of locks are written down that are not a namespace's own business. Holders are recorded on the
 * Workflow objects as for any other lock, which is enough as long as one controller decides.
 */
export interface LockDatabase {
  /** Places of a semaphore; undefined when nobody has written any down. */
  limit(namespace: string, key: string): number | undefined;
  /** Calls back when a limit has changed. */
  subscribe(changed: (namespace: string, key: string) => void): void;
}

/** Limits in memory, for one controller. */
export class InMemoryLockDatabase implements LockDatabase {
  private readonly limits = new Map<string, number>();
  private readonly listeners: ((namespace: string, key: string) => void)[] = [];

  limit(namespace: string, key: string): number | undefined {
    return this.limits.get(`${namespace}/${key}`);
  }

  setLimit(namespace: string, key: string, limit: number): void {
    this.limits.set(`${namespace}/${key}`, limit);
    for (const changed of this.listeners) changed(namespace, key);
  }

  subscribe(changed: (namespace: string, key: string) => void): void {
    this.listeners.push(changed);
  }
}
