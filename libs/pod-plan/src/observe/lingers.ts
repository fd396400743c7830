import type { Pod } from '@argosy/workflow-spec';
import { MAIN_CONTAINER } from '../plan/labels.js';
import { ARGO_SUPERVISOR, ARGO_WAIT, isArgoPod } from './argo-pod.js';
import { programsIn } from './observe-containers.js';

/**
 * Whether the step's programs are over and the pod is not: containers keep it that were none of our planning, put there by
 * a webhook (a service mesh) or a patch. Nobody but us will ever end them. See ADR 0029.
 */
export function lingers(pod: Pod): boolean {
  const { phase, containerStatuses = [] } = pod.status ?? {};
  if (phase !== 'Running') return false;
  const names = namesOfOwn(pod);
  const own = (pod.spec?.containers ?? []).filter(({ name }) => names.has(name));
  const hasEnded = (container: string): boolean =>
    containerStatuses.some(({ name, state }) => name === container && state?.terminated);
  const isOver = own.length > 0 && own.every(({ name }) => hasEnded(name));
  return isOver && containerStatuses.some(({ name, state }) => !names.has(name) && state?.running);
}

/** Sidecars of a pod that Argo made look like programs; what tells the outputs, and ends after the programs, does not. */
function namesOfOwn(pod: Pod): ReadonlySet<string> {
  if (isArgoPod(pod)) return ARGO_NAMES;
  return new Set(programsIn(pod).map(({ container }) => container.name));
}
const ARGO_NAMES: ReadonlySet<string> = new Set([MAIN_CONTAINER, ARGO_WAIT, ARGO_SUPERVISOR]);
