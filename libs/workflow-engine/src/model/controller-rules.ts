import type { ArtifactRepository, Metadata, WorkflowSpec } from '@argosy/workflow-spec';

/** What whoever runs the controller decides for all workflows; Argo's names and meanings. */
export interface ControllerRules {
  /** Lies under every workflow: its spec, labels and annotations. */
  readonly workflowDefaults?: WorkflowDefaults | undefined;
  /** Where artifacts go when neither the workflow nor its namespace says so. */
  readonly artifactRepository?: ArtifactRepository | undefined;
  /**
   * Whether workflows may only run WorkflowTemplates: `Strict` as the template was when they began, `Secure` with an
   * error when it changes meanwhile. What they may say beside is in policies/template-referencing.policy.ts.
   */
  readonly templateReferencing?: 'Strict' | 'Secure';
  /** Fields of the spec, by their names in YAML, that a workflow may then set nevertheless. */
  readonly overridableFields?: readonly string[];
  /** False turns `{{= expression}}` off: a workflow that holds one is refused. Default true. */
  readonly expressionTemplates?: boolean;
  /** How often expressions may call functions that are slow on purpose (`sprig.bcrypt`) in one pass. Default 20. */
  readonly slowCallsAtOnce?: number;
  /** Names of the executor plugins that there are; a workflow that names another is refused. Default: not looked at. */
  readonly executorPlugins?: readonly string[];
  /** Pods that failed before their program began, for the cluster's reasons, are made again. Default: they are not. */
  readonly failedPodRestart?: FailedPodRestart;
  /** False lets a workflow begin whatever is wrong with it, to see where that shows. Default true. */
  readonly validate?: boolean;
}

export interface FailedPodRestart {
  /** Default false. */
  readonly enabled?: boolean;
  /** Of one node. Default 3. */
  readonly maxRestarts?: number;
}

export interface WorkflowDefaults {
  readonly metadata?: Metadata;
  readonly spec?: WorkflowSpec;
}
