import type { ShutdownStrategy } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { RefusalPolicy } from './policy.js';

export const shutdownOf = (run: RunDraft): ShutdownStrategy => run.workflow.spec.shutdown ?? '';

/** Stop spares exit handlers; Terminate spares nothing. */
export function isShutDown(run: RunDraft, onExit: boolean): boolean {
  const strategy = shutdownOf(run);
  return strategy === 'Terminate' || (strategy === 'Stop' && !onExit);
}

export const stoppedMessage = (strategy: ShutdownStrategy): string => `Stopped with strategy '${strategy}'`;
/** Two spaces, as Argo has them. */
export const podShutdownMessage = (strategy: ShutdownStrategy): string =>
  `workflow shutdown with strategy:  ${strategy}`;

export const refuseOnShutdown: RefusalPolicy = (run, site) =>
  isShutDown(run, site.onExit) ? `workflow shutdown with strategy: ${shutdownOf(run)}` : null;
