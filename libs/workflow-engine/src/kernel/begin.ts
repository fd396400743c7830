import { formatTime } from '../model/instant.js';
import { POD_NAME_FORMAT } from '../scope/global-variables.js';
import { endWorkflow } from './lifecycle.js';
import type { RunDraft } from './run-draft.js';

/** First pass: the run starts, or ends because it cannot. @returns annotations to be kept */
export function begin(run: RunDraft): void {
  if (run.status.phase && run.status.phase !== 'Pending') return;
  const before = run.status.phase ?? '';
  run.status = {
    ...run.status,
    phase: 'Running',
    startedAt: run.status.startedAt ?? formatTime(run.now),
    progress: run.status.progress ?? '0/0',
  };
  run.journal.push({
    reason: 'WorkflowRunning',
    nodeId: null,
    nodeName: null,
    before,
    after: 'Running',
    message: 'Workflow Running',
  });
  const problem = problemOf(run);
  if (problem !== null) endWorkflow(run, 'Failed', `invalid spec: ${problem}`);
}

function problemOf(run: RunDraft): string | null {
  if (run.spec.synchronization) return 'workflow-level synchronization is not supported yet';
  return null;
}

export const startAnnotations = (run: RunDraft): Record<string, string> =>
  run.workflow.metadata.annotations?.[POD_NAME_FORMAT] ? {} : { [POD_NAME_FORMAT]: 'v2' };
