import { limitSource } from '@argosy/workflow-engine';
import type { LockRef } from '@argosy/workflow-engine';

/** What the tables call a lock, as in Argo: `sem/namespace/key` or `mtx/namespace/name`. */
export function lockName(lock: LockRef): string {
  const source = limitSource(lock);
  if (source.kind !== 'Database') throw new Error(`${lock.key} is no lock of a database`);
  return `${lock.type === 'mutex' ? 'mtx' : 'sem'}/${source.namespace}/${source.key}`;
}

/** Inverse of `lockName`; null for what is no lock's name. */
export function lockOfName(name: string): LockRef | null {
  const [kind, namespace, ...key] = name.split('/');
  if ((kind !== 'mtx' && kind !== 'sem') || key.length === 0) return null;
  return { type: kind === 'mtx' ? 'mutex' : 'semaphore', key: `${namespace}/Database/${key.join('/')}` };
}

/** What the table of limits calls a semaphore. */
export const limitName = (name: string): string => name.slice(name.indexOf('/') + 1);

/** `namespace/workflow` of `namespace/workflow/node`. */
export const runOfKey = (workflowKey: string): string => workflowKey.split('/').slice(0, 2).join('/');
