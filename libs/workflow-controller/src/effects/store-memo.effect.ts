import { isKubeError } from '@argosy/kube';
import { CacheRefused } from '../cache/memo-caches.js';
import type { Effect } from './effect.js';
import { isQuota } from './ensure-pod.effect.js';

/** Keeps outputs in a cache. What can never be kept is told to the next pass, which makes an error of it, as Argo does. */
export const storeMemo: Effect<'StoreMemo'> = async (command, { caches, workflow, nowMs }) => {
  const { namespace = '', name = '' } = workflow.metadata;
  try {
    await caches.store(namespace, command);
  } catch (error) {
    if (command.isCourtesy) return 'done';
    if (!isForGood(error)) throw error;
    const message = `error creating cache entry: ${(error as Error).message}`;
    caches.refuse(`${namespace}/${name}`, command.key, message);
  }
  return command.isCourtesy ? 'done' : { lookAgainAtMs: nowMs };
};

const isForGood = (error: unknown): boolean =>
  error instanceof CacheRefused ||
  (isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden') && !isQuota(error)) ||
  (isKubeError(error) && error.status === 413);
