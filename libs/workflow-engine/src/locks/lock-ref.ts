import type { Synchronization } from '@argosy/workflow-spec';

/** One lock that somebody asks for. A mutex is a semaphore with one place. */
export interface LockRef {
  /** Argo's name of the lock: `ns/Mutex/name`, `ns/ConfigMap/configMap/key` or `ns/Database/key`. */
  readonly key: string;
  readonly type: 'mutex' | 'semaphore';
}

/** Where the number of places of a semaphore is written down. */
export type LimitSource =
  | { readonly kind: 'Mutex' }
  | { readonly kind: 'ConfigMap'; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly kind: 'Database'; readonly namespace: string; readonly key: string };

/**
 * What has to be held at once, in the order in which Argo asks: semaphores, then mutexes.
 * @throws when a lock has no name
 */
export function lockRefs({ semaphores = [], mutexes = [] }: Synchronization, runNamespace: string): LockRef[] {
  const refs = new Map<string, LockRef>();
  for (const { namespace = runNamespace, configMapKeyRef, database } of semaphores) {
    const parts = configMapKeyRef
      ? ['ConfigMap', configMapKeyRef.name, configMapKeyRef.key]
      : database && ['Database', database.key];
    if (!parts) throw new Error('a semaphore needs configMapKeyRef or database');
    const key = keyOf([namespace || runNamespace, ...parts]);
    refs.set(key, { key, type: 'semaphore' });
  }
  for (const { namespace = runNamespace, name, database } of mutexes) {
    const key = keyOf([namespace || runNamespace, database ? 'Database' : 'Mutex', name]);
    refs.set(key, { key, type: 'mutex' });
  }
  return [...refs.values()];
}

function keyOf(parts: readonly (string | undefined)[]): string {
  if (parts.some((part) => !part)) throw new Error(`a lock needs a name: "${parts.join('/')}"`);
  return parts.join('/');
}

/** Inverse of the names that `lockRefs` makes. */
export function limitSource({ key: lock }: LockRef): LimitSource {
  const [namespace = '', kind, name = '', ...rest] = lock.split('/');
  if (kind === 'ConfigMap') return { kind, namespace, name, key: rest.join('/') };
  if (kind === 'Database') return { kind, namespace, key: [name, ...rest].join('/') };
  return { kind: 'Mutex' };
}

/** Who holds a lock: `ns/workflow` for the whole run, `ns/workflow/nodeId` for one call. */
export const holderName = (run: string, nodeId: string | null): string => (nodeId === null ? run : `${run}/${nodeId}`);

/** The node that a holder of this run stands for; null for the run as a whole. */
export const nodeOfHolder = (run: string, holder: string): string | null =>
  holder === run ? null : holder.slice(run.length + 1);
