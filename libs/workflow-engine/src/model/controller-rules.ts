import type { Metadata, WorkflowSpec } from '@argosy/workflow-spec';

/** What whoever runs the controller decides for all workflows; Argo's names and meanings. */
export interface ControllerRules {
  /** Lies under every workflow: its spec, labels and annotations. */
  readonly workflowDefaults?: WorkflowDefaults | undefined;
  /** False lets a workflow begin whatever is wrong with it, to see where that shows. Default true. */
  readonly validate?: boolean;
}

export interface WorkflowDefaults {
  readonly metadata?: Metadata;
  readonly spec?: WorkflowSpec;
}
