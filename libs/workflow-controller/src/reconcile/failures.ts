import { isKubeError } from '@argosy/kube';
import { isQuota } from '../effects/ensure-pod.effect.js';

/** Something around a run did not work just now and will by itself, or when somebody repairs it. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}

/**
 * Whether the run itself is fine: the cluster is away, overloaded or short of quota, or somebody else wrote first. Anything
 * else fails again in the same way until a person or a new version does something about it.
 */
export const isTransient = (error: unknown): boolean =>
  error instanceof TransientFailure ||
  isQuota(error) ||
  isKubeError(error, 'Conflict', 'NotFound', 'Unauthorized') ||
  (isKubeError(error) && error.retry === 'backoff');

/** What a person reads on a workflow that is stuck. */
export const stuckMessage = (error: unknown): string =>
  `cannot go on, and keeps trying: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1000);
