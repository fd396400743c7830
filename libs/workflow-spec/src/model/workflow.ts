import type {
  Affinity,
  Container,
  HostAlias,
  LabelSelector,
  LocalObjectReference,
  ObjectMeta,
  OwnerReference,
  PersistentVolumeClaim,
  PodDisruptionBudgetSpec,
  PodDNSConfig,
  PodSecurityContext,
  ResourceRequirements,
  Toleration,
  Volume,
} from './kubernetes.js';
import type { Artifact, ArtifactGC, ArtifactLocation, ArtifactRepositoryRef } from './artifact.js';
import type { Metadata, Time } from './common.js';
import type {
  Arguments,
  ExecutorConfig,
  LifecycleHooks,
  Metrics,
  Outputs,
  Plugin,
  PodResourceClaim,
  RetryStrategy,
  Synchronization,
  Template,
  TemplateRef,
} from './template.js';

export type ShutdownStrategy = '' | 'Terminate' | 'Stop';
export interface WorkflowTemplateRef {
  name?: string;
  clusterScope?: boolean;
}
export interface TTLStrategy {
  secondsAfterCompletion?: number;
  secondsAfterSuccess?: number;
  secondsAfterFailure?: number;
}
export interface PodGC {
  strategy?: '' | 'OnPodCompletion' | 'OnPodSuccess' | 'OnWorkflowCompletion' | 'OnWorkflowSuccess';
  labelSelector?: LabelSelector;
  deleteDelayDuration?: string;
}
export interface VolumeClaimGC {
  strategy?: 'OnWorkflowCompletion' | 'OnWorkflowSuccess';
}
export interface LabelValueFrom {
  expression: string;
}
export interface WorkflowMetadata extends Metadata {
  labelsFrom?: Record<string, LabelValueFrom>;
}
export interface WorkflowLevelArtifactGC extends ArtifactGC {
  forceFinalizerRemoval?: boolean;
  podSpecPatch?: string;
}
export interface ExecutorPluginSidecar {
  automountServiceAccountToken?: boolean;
  container: Container;
}
export interface ExecutorPluginSpec {
  sidecar: ExecutorPluginSidecar;
}
/** A server that executes plugin templates, as a whole. */
export interface ExecutorPlugin {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: ExecutorPluginSpec;
}

export interface WorkflowSpec {
  templates?: Template[];
  entrypoint?: string;
  arguments?: Arguments;
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  executor?: ExecutorConfig;
  volumes?: Volume[];
  volumeClaimTemplates?: PersistentVolumeClaim[];
  parallelism?: number;
  artifactRepositoryRef?: ArtifactRepositoryRef;
  suspend?: boolean;
  nodeSelector?: Record<string, string>;
  affinity?: Affinity;
  tolerations?: Toleration[];
  imagePullSecrets?: LocalObjectReference[];
  hostNetwork?: boolean;
  dnsPolicy?: string;
  dnsConfig?: PodDNSConfig;
  onExit?: string;
  ttlStrategy?: TTLStrategy;
  activeDeadlineSeconds?: number;
  priority?: number;
  schedulerName?: string;
  podGC?: PodGC;
  podPriorityClassName?: string;
  hostAliases?: HostAlias[];
  securityContext?: PodSecurityContext;
  podSpecPatch?: string;
  podDisruptionBudget?: PodDisruptionBudgetSpec;
  metrics?: Metrics;
  shutdown?: ShutdownStrategy;
  workflowTemplateRef?: WorkflowTemplateRef;
  synchronization?: Synchronization;
  volumeClaimGC?: VolumeClaimGC;
  retryStrategy?: RetryStrategy;
  podMetadata?: Metadata;
  templateDefaults?: Template;
  archiveLogs?: boolean;
  hooks?: LifecycleHooks;
  workflowMetadata?: WorkflowMetadata;
  artifactGC?: WorkflowLevelArtifactGC;
  executorPlugins?: ExecutorPlugin[];
  podResources?: ResourceRequirements;
  resourceClaims?: PodResourceClaim[];
}

/** The phase of a workflow. The empty string means: no controller has seen it yet. */
export type WorkflowPhase = '' | 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';
export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';
export type NodeType =
  | 'Pod'
  | 'Container'
  | 'Steps'
  | 'StepGroup'
  | 'DAG'
  | 'TaskGroup'
  | 'Retry'
  | 'Skipped'
  | 'Suspend'
  | 'HTTP'
  | 'Plugin';

export interface NodeFlag {
  hooked?: boolean;
  retried?: boolean;
}
export interface MemoizationStatus {
  hit: boolean;
  key: string;
  cacheName: string;
}
export interface NodeSynchronizationStatus {
  waiting?: string;
}
/** One node of a run's tree, as Argo writes it. */
export interface NodeStatus {
  id: string;
  name: string;
  displayName?: string;
  type: NodeType;
  templateName?: string;
  templateRef?: TemplateRef;
  templateScope?: string;
  phase?: NodePhase;
  boundaryID?: string;
  message?: string;
  startedAt?: Time;
  finishedAt?: Time;
  estimatedDuration?: number;
  progress?: string;
  resourcesDuration?: Record<string, number>;
  podIP?: string;
  daemoned?: boolean;
  nodeFlag?: NodeFlag;
  inputs?: Outputs;
  outputs?: Outputs;
  children?: string[];
  outboundNodes?: string[];
  hostNodeName?: string;
  memoizationStatus?: MemoizationStatus;
  synchronizationStatus?: NodeSynchronizationStatus;
  taskResultSynced?: boolean;
  failedPodRestarts?: number;
  restartingPodUID?: string;
}
export interface Condition {
  type?: string;
  status?: string;
  message?: string;
}
export interface SemaphoreHolding {
  semaphore?: string;
  holders?: string[];
}
export interface MutexHolding {
  mutex?: string;
  holder?: string;
}
export interface SynchronizationStatus {
  semaphore?: { holding?: SemaphoreHolding[]; waiting?: SemaphoreHolding[] };
  mutex?: { holding?: MutexHolding[]; waiting?: MutexHolding[] };
}
export interface WorkflowStatus {
  phase?: WorkflowPhase;
  startedAt?: Time;
  finishedAt?: Time;
  estimatedDuration?: number;
  progress?: string;
  message?: string;
  compressedNodes?: string;
  nodes?: Record<string, NodeStatus>;
  offloadNodeStatusVersion?: string;
  storedTemplates?: Record<string, Template>;
  persistentVolumeClaims?: { name: string; persistentVolumeClaim?: { claimName: string } }[];
  outputs?: Outputs;
  conditions?: Condition[];
  resourcesDuration?: Record<string, number>;
  storedWorkflowTemplateSpec?: WorkflowSpec;
  synchronization?: SynchronizationStatus;
  artifactRepositoryRef?: Record<string, unknown>;
  artifactGCStatus?: {
    strategiesProcessed?: Record<string, boolean>;
    podsRecouped?: Record<string, boolean>;
    notSpecified?: boolean;
  };
  taskResultsCompletionStatus?: Record<string, boolean>;
}

export interface Workflow {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: WorkflowSpec;
  status?: WorkflowStatus;
}
export interface WorkflowTemplate {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: WorkflowSpec;
}
export type ClusterWorkflowTemplate = WorkflowTemplate;

export interface CronWorkflowSpec {
  workflowSpec: WorkflowSpec;
  concurrencyPolicy?: '' | 'Allow' | 'Forbid' | 'Replace';
  suspend?: boolean;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  timezone?: string;
  workflowMetadata?: ObjectMeta;
  stopStrategy?: { expression: string };
  schedules?: string[];
  when?: string;
}
export interface CronWorkflowStatus {
  active?: { apiVersion?: string; kind?: string; name?: string; namespace?: string; uid?: string }[];
  lastScheduledTime?: Time;
  conditions?: Condition[];
  succeeded?: number;
  failed?: number;
  phase?: 'Active' | 'Stopped';
}
export interface CronWorkflow {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: CronWorkflowSpec;
  status?: CronWorkflowStatus;
}
export interface WorkflowEventBindingSpec {
  event: { selector: string };
  submit?: { workflowTemplateRef: WorkflowTemplateRef; metadata?: ObjectMeta; arguments?: Arguments };
}
export interface WorkflowEventBinding {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: WorkflowEventBindingSpec;
}
export interface NodeResult {
  phase?: NodePhase;
  message?: string;
  outputs?: Outputs;
  progress?: string;
}
export interface WorkflowTaskSet {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: { tasks?: Record<string, Template> };
  status?: { nodes?: Record<string, NodeResult> };
}
export interface WorkflowTaskResult extends NodeResult {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** What one pod deletes of the artifacts of a workflow, by node id. */
export interface ArtifactNodeSpec {
  archiveLocation?: ArtifactLocation;
  artifacts?: Record<string, Artifact>;
}
export interface ArtifactResult {
  name: string;
  success?: boolean;
  error?: string;
}
export interface WorkflowArtifactGCTask {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: { artifactsByNode?: Record<string, ArtifactNodeSpec> };
  status?: { artifactResultsByNode?: Record<string, { artifactResults?: Record<string, ArtifactResult> }> };
}

/** What a submission may set over the object it submits. */
export interface SubmitOpts {
  name?: string;
  generateName?: string;
  entryPoint?: string;
  /** `name=value` each. */
  parameters?: string[];
  serviceAccount?: string;
  dryRun?: boolean;
  serverDryRun?: boolean;
  /** `a=b,c=d` */
  labels?: string;
  ownerReference?: OwnerReference;
  annotations?: string;
  podPriorityClassName?: string;
  priority?: number;
  /** `name=key` each. */
  artifacts?: string[];
}
export type { Plugin };
