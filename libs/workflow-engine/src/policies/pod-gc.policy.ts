import type { NodeStatus } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { isFinalWorkflowPhase } from '../model/phases.js';

/**
 * Whether the pod of an ended node may go. When exactly (`deleteDelayDuration`) and whether its labels are selected
 * (`labelSelector`) is for who deletes it: the engine knows neither pods' labels nor how long their logs are needed.
 */
export function mayDeletePod(run: RunDraft, node: NodeStatus): boolean {
  switch (run.spec.podGC?.strategy ?? '') {
    case '':
      return false;
    case 'OnPodCompletion':
      return true;
    case 'OnPodSuccess':
      return node.phase === 'Succeeded';
    case 'OnWorkflowCompletion':
      return isFinalWorkflowPhase(run.status.phase);
    case 'OnWorkflowSuccess':
      return run.status.phase === 'Succeeded';
  }
}
