import type { Pod } from '@argosy/workflow-spec';
import { programsIn } from './observe-containers.js';

/**
 * Whether the step's programs are over and the pod is not: containers keep it that were none of our planning, put there by
 * a webhook (a service mesh) or a patch. Nobody but us will ever end them. See ADR 0029.
 */
export function lingers(pod: Pod): boolean {
  if (pod.status?.phase !== 'Running') return false;
  const programs = programsIn(pod);
  if (programs.length === 0 || !programs.every(({ status }) => status?.state?.terminated)) return false;
  const names = new Set(programs.map(({ container }) => container.name));
  return (pod.status.containerStatuses ?? []).some(({ name, state }) => !names.has(name) && state?.running);
}
