import { formatTime } from '@argosy/workflow-engine';
import type { Instant } from '@argosy/workflow-engine';
import type { CronWorkflow, Workflow } from '@argosy/workflow-spec';
import { childName, CRON_WORKFLOW_LABEL, SCHEDULED_TIME } from './names.js';

/** Who made the CronWorkflow made its workflows, and whoever may see the one may see the others. */
const INHERITED_LABELS = [
  'workflows.argoproj.io/creator',
  'workflows.argoproj.io/creator-email',
  'workflows.argoproj.io/creator-preferred-username',
  'workflows.argoproj.io/controller-instanceid',
];

/** The Workflow of one scheduled time. */
export const childWorkflow = (cron: CronWorkflow, scheduledAt: Instant): Workflow =>
  workflowOf(cron, { name: childName(cron.metadata.name ?? '', scheduledAt) }, scheduledAt);

/** What a CronWorkflow runs, under a given name. */
export function workflowOf(
  cron: CronWorkflow,
  naming: Pick<Workflow['metadata'], 'name' | 'generateName'>,
  scheduledAt: Instant,
): Workflow {
  const { name = '', namespace, uid = '', labels = {} } = cron.metadata;
  const { workflowSpec, workflowMetadata } = cron.spec;
  const inherited: Record<string, string> = {};
  for (const label of INHERITED_LABELS) if (labels[label] !== undefined) inherited[label] = labels[label];
  const { apiVersion } = cron;
  return {
    apiVersion,
    kind: 'Workflow',
    metadata: {
      ...naming,
      ...(namespace !== undefined && { namespace }),
      labels: { ...inherited, [CRON_WORKFLOW_LABEL]: name, ...workflowMetadata?.labels },
      annotations: { [SCHEDULED_TIME]: formatTime(scheduledAt), ...workflowMetadata?.annotations },
      ...(workflowMetadata?.finalizers && { finalizers: workflowMetadata.finalizers }),
      // One that is only a file, not an object of a cluster, can own nothing.
      ...(uid && {
        ownerReferences: [{ apiVersion, kind: 'CronWorkflow', name, uid, controller: true, blockOwnerDeletion: true }],
      }),
    },
    spec: workflowSpec,
  };
}
