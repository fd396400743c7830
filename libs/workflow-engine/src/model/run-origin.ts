/** What a run was made from, of which it is one of many. */
export interface RunOrigin {
  readonly kind: 'WorkflowTemplate' | 'ClusterWorkflowTemplate' | 'CronWorkflow';
  readonly name: string;
}

const LABELS = [
  ['WorkflowTemplate', 'workflows.argoproj.io/workflow-template'],
  ['ClusterWorkflowTemplate', 'workflows.argoproj.io/cluster-workflow-template'],
  ['CronWorkflow', 'workflows.argoproj.io/cron-workflow'],
] as const;

/** By the labels of the run; what runs of a template have in common comes before what runs of a schedule have. */
export const originsOf = (labels: Readonly<Record<string, string>> | undefined): RunOrigin[] =>
  LABELS.flatMap(([kind, label]) => {
    const name = labels?.[label];
    return name ? [{ kind, name }] : [];
  });
