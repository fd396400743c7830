import { formatTime } from '../model/instant.js';
import { estimate } from '../policies/estimate.policy.js';
import { workflowMetrics } from '../policies/metrics.policy.js';
import { shutdownOf, stoppedMessage } from '../policies/shutdown.policy.js';
import { startObstacle } from '../policies/start.policy.js';
import type { StartObstacle } from '../policies/start.policy.js';
import { POD_NAME_FORMAT } from '../scope/global-variables.js';
import { adoptSpec } from './adopt-spec.js';
import { endWorkflow } from './lifecycle.js';
import type { RunDraft } from './run-draft.js';

/** First pass: the run starts, waits for its turn, or ends because it cannot. */
export function begin(run: RunDraft): void {
  if (!adoptSpec(run)) return;
  if (run.status.phase && run.status.phase !== 'Pending') return;
  const before = run.status.phase ?? '';
  const obstacle = startObstacle(run);
  if (obstacle) return holdBack(run, obstacle);
  const { message: _waitedFor, ...status } = run.status;
  run.status = {
    ...status,
    phase: 'Running',
    startedAt: run.status.startedAt ?? formatTime(run.now),
    ...(run.status.estimatedDuration === undefined && estimate(run.earlier?.seconds)),
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
  workflowMetrics(run);
}

function holdBack(run: RunDraft, obstacle: StartObstacle): void {
  const shutdown = shutdownOf(run);
  if ('problem' in obstacle)
    endWorkflow(run, 'Failed', `Failed to acquire the synchronization lock. ${obstacle.problem}`);
  else if (shutdown) endWorkflow(run, 'Failed', stoppedMessage(shutdown));
  else run.status = { ...run.status, phase: 'Pending', message: obstacle.message };
}

export const startAnnotations = (run: RunDraft): Record<string, string> =>
  run.workflow.metadata.annotations?.[POD_NAME_FORMAT] ? {} : { [POD_NAME_FORMAT]: 'v2' };
