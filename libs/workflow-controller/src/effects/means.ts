import type { Clock } from '@argosy/kube';
import { MemoCaches } from '../cache/memo-caches.js';
import { DisruptionBudgets } from '../collection/disruption-budgets.js';
import type { WorkflowControllerOptions } from '../controller-options.js';
import { ImageCommands } from '../images/image-commands.js';
import { RefusedClaims } from '../pods/refused-claims.js';
import { RefusedPods } from '../pods/refused-pods.js';
import { createNodeRequests } from '../requests/node-requests.js';
import type { EffectMeans } from './effect.js';

/** `lookAgain`: a pod, or a node with a request, of a run wants a look because something outside has answered. */
export function createMeans(
  options: WorkflowControllerOptions,
  clock: Clock,
  lookAgain: (runKey: string, what: string) => void,
): EffectMeans {
  const { kube, supervisor, images = {}, isPodReleased = () => true, holdsPods = false } = options;
  return {
    ...createNodeRequests({ ...options, clock }, lookAgain),
    kube,
    supervisor,
    images: new ImageCommands(clock, images, ({ runKey, podName }) => lookAgain(runKey, podName)),
    holdsPods,
    refused: new RefusedPods(),
    refusedClaims: new RefusedClaims(),
    budgets: new DisruptionBudgets(),
    caches: new MemoCaches(kube),
    isPodReleased,
  };
}

/** The run is gone, or has to be looked at as if for the first time. */
export function forgetRun({ refused, refusedClaims, requests, caches }: EffectMeans, runKey: string): void {
  for (const memory of [refused, refusedClaims, requests, caches]) memory.forgetRun(runKey);
}

/** What is under way is given up. */
export async function closeMeans({ requests, http, images }: EffectMeans): Promise<void> {
  requests.forgetAll();
  await http.close();
  await images.stop();
}
