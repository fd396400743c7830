import { PATHS } from '@argosy/executor-protocol';
import type { Pod } from '@argosy/workflow-spec';

/** What Argo's controller puts before the command of each program. */
export const ARGO_EXECUTOR = `${PATHS.shared}/argoexec`;

/**
 * Whether Argo's own controller made the pod, for a run that was taken over since. A container besides its programs tells
 * their outputs, in an object of its own.
 */
export const isArgoPod = ({ spec }: Pod): boolean =>
  (spec?.containers ?? []).some(({ command }) => command?.[0] === ARGO_EXECUTOR);

/** In a pod of Argo's: goes before the programs and after them, or after them only. */
export const ARGO_SUPERVISOR = 'supervisor';
export const ARGO_WAIT = 'wait';
