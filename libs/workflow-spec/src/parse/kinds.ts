import type {
  ClusterWorkflowTemplate,
  CronWorkflow,
  Workflow,
  WorkflowArtifactGCTask,
  WorkflowEventBinding,
  WorkflowTaskResult,
  WorkflowTaskSet,
  WorkflowTemplate,
} from '../model/workflow.js';

export const API_GROUP = 'argoproj.io';
export const API_VERSION = 'argoproj.io/v1alpha1';

export interface ManifestByKind {
  Workflow: Workflow;
  WorkflowTemplate: WorkflowTemplate;
  ClusterWorkflowTemplate: ClusterWorkflowTemplate;
  CronWorkflow: CronWorkflow;
  WorkflowEventBinding: WorkflowEventBinding;
  WorkflowTaskSet: WorkflowTaskSet;
  WorkflowTaskResult: WorkflowTaskResult;
  WorkflowArtifactGCTask: WorkflowArtifactGCTask;
}
export type WorkflowKind = keyof ManifestByKind;

const KNOWN: Readonly<Record<WorkflowKind, true>> = {
  Workflow: true,
  WorkflowTemplate: true,
  ClusterWorkflowTemplate: true,
  CronWorkflow: true,
  WorkflowEventBinding: true,
  WorkflowTaskSet: true,
  WorkflowTaskResult: true,
  WorkflowArtifactGCTask: true,
};
export const WORKFLOW_KINDS = Object.keys(KNOWN) as readonly WorkflowKind[];

export const isWorkflowKind = (kind: string): kind is WorkflowKind => Object.hasOwn(KNOWN, kind);

/** Kinds of the same API group that belong to other products: Argo Events, Rollouts and CD. */
const NEIGHBOURS: ReadonlySet<string> = new Set([
  'EventSource',
  'EventBus',
  'Sensor',
  'Rollout',
  'Experiment',
  'AnalysisRun',
  'AnalysisTemplate',
  'ClusterAnalysisTemplate',
  'Application',
  'ApplicationSet',
  'AppProject',
  'ArgoCD',
]);
export const isNeighbourKind = (kind: string): boolean => NEIGHBOURS.has(kind);
