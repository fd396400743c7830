import type { Workflow } from '@argosy/workflow-spec';

/** The CronWorkflow that a workflow was made for. */
export const ownerOf = ({ metadata }: Pick<Workflow, 'metadata'>): { name: string; uid: string } | undefined =>
  metadata.ownerReferences?.find(({ kind, controller }) => kind === 'CronWorkflow' && controller === true);

/** Index of workflows by the uid of the CronWorkflow that owns them. */
export const BY_CRON = 'cron';
export const cronIndex = (workflow: Workflow): string[] => {
  const uid = ownerOf(workflow)?.uid;
  return uid === undefined ? [] : [uid];
};
