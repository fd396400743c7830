import type {
  Affinity,
  Container,
  EnvVar,
  HostAlias,
  PodSecurityContext,
  ResourceRequirements,
  SecretKeySelector,
  Toleration,
  Volume,
  VolumeMount,
  ConfigMapKeySelector,
} from './kubernetes.js';
import type { Artifact, ArtifactLocation, ArtifactPaths } from './artifact.js';
import type { IntOrString, Item, Metadata, Parameter } from './common.js';

export interface Arguments {
  parameters?: Parameter[];
  artifacts?: Artifact[];
}
export interface Inputs {
  parameters?: Parameter[];
  artifacts?: Artifact[];
}
export interface Outputs {
  parameters?: Parameter[];
  artifacts?: Artifact[];
  result?: string;
  exitCode?: string;
}
export interface TemplateRef {
  name?: string;
  template?: string;
  clusterScope?: boolean;
}
export interface ContinueOn {
  error?: boolean;
  failed?: boolean;
}
export interface Sequence {
  count?: IntOrString;
  start?: IntOrString;
  end?: IntOrString;
  format?: string;
}
export interface LifecycleHook {
  template?: string;
  templateRef?: TemplateRef;
  arguments?: Arguments;
  expression?: string;
}
export type LifecycleHooks = Record<string, LifecycleHook>;

/** What a workflow step and a DAG task have in common: a call of a template, perhaps in a loop, perhaps on a condition. */
export interface TemplateCall {
  name?: string;
  template?: string;
  templateRef?: TemplateRef;
  inline?: Template;
  arguments?: Arguments;
  withItems?: Item[];
  withParam?: string;
  withSequence?: Sequence;
  when?: string;
  continueOn?: ContinueOn;
  onExit?: string;
  hooks?: LifecycleHooks;
}
export interface WorkflowStep extends TemplateCall {}
/** Steps of one group run side by side. */
export type ParallelSteps = WorkflowStep[];
export interface DAGTask extends TemplateCall {
  name: string;
  dependencies?: string[];
  depends?: string;
}
export interface DAGTemplate {
  target?: string;
  tasks: DAGTask[];
  failFast?: boolean;
}
export interface ScriptTemplate extends Omit<Container, 'name'> {
  name?: string;
  source?: string;
}
export interface ContainerNode extends Container {
  dependencies?: string[];
}
export interface ContainerSetRetryStrategy {
  duration?: string;
  retries: IntOrString;
}
export interface ContainerSetTemplate {
  containers: ContainerNode[];
  volumeMounts?: VolumeMount[];
  retryStrategy?: ContainerSetRetryStrategy;
}
export interface ManifestFrom {
  artifact: Artifact;
}
export type ResourceAction = 'get' | 'create' | 'apply' | 'delete' | 'replace' | 'patch';
export interface ResourceTemplate {
  action: string;
  mergeStrategy?: string;
  manifest?: string;
  manifestFrom?: ManifestFrom;
  setOwnerReference?: boolean;
  successCondition?: string;
  failureCondition?: string;
  flags?: string[];
}
export interface TransformationStep {
  expression: string;
}
export interface DataSource {
  artifactPaths?: ArtifactPaths;
}
export interface Data {
  source: DataSource;
  transformation: TransformationStep[];
}
export interface SuspendTemplate {
  duration?: IntOrString;
}
export interface HTTPHeaderSource {
  secretKeyRef?: SecretKeySelector;
}
export interface HTTPHeader {
  name: string;
  value?: string;
  valueFrom?: HTTPHeaderSource;
}
export interface HTTPBodySource {
  bytes?: string;
}
export interface HTTP {
  method?: string;
  url: string;
  headers?: HTTPHeader[];
  timeoutSeconds?: number;
  successCondition?: string;
  body?: string;
  bodyFrom?: HTTPBodySource;
  insecureSkipVerify?: boolean;
}
/** Exactly one key: the name of the plugin; its value is the plugin's own. */
export type Plugin = Record<string, unknown>;

export interface UserContainer extends Container {
  mirrorVolumeMounts?: boolean;
}
export type RetryPolicy = '' | 'Always' | 'OnFailure' | 'OnError' | 'OnTransientError';
export interface Backoff {
  duration?: string | number;
  factor?: IntOrString;
  maxDuration?: string | number;
  cap?: string | number;
}
export interface RetryNodeAntiAffinity {}
export interface RetryAffinity {
  nodeAntiAffinity?: RetryNodeAntiAffinity;
}
export interface RetryStrategy {
  limit?: IntOrString;
  retryPolicy?: RetryPolicy;
  backoff?: Backoff;
  affinity?: RetryAffinity;
  expression?: string;
}
export interface SyncDatabaseRef {
  key: string;
}
export interface SemaphoreRef {
  configMapKeyRef?: ConfigMapKeySelector;
  database?: SyncDatabaseRef;
  namespace?: string;
}
export interface Mutex {
  name?: string;
  namespace?: string;
  database?: boolean;
}
export interface Synchronization {
  semaphores?: SemaphoreRef[];
  mutexes?: Mutex[];
}
export interface Memoize {
  key: string;
  cache: { configMap: { name: string; key?: string; optional?: boolean } };
  maxAge?: string;
}
export interface MetricLabel {
  key: string;
  value: string;
}
export interface Gauge {
  value: string;
  realtime?: boolean;
  operation?: '' | 'Set' | 'Add' | 'Sub';
}
export interface Histogram {
  value: string;
  buckets: (number | string)[];
}
export interface Counter {
  value: string;
}
export interface Prometheus {
  name: string;
  labels?: MetricLabel[];
  help: string;
  when?: string;
  gauge?: Gauge;
  histogram?: Histogram;
  counter?: Counter;
}
export interface Metrics {
  prometheus: Prometheus[];
}
export interface ExecutorConfig {
  serviceAccountName?: string;
}
export interface PodResourceClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

/** A reusable unit of work. At most one of the kind fields (container ... plugin) is set. */
export interface Template {
  name?: string;
  inputs?: Inputs;
  outputs?: Outputs;
  nodeSelector?: Record<string, string>;
  affinity?: Affinity;
  metadata?: Metadata;
  annotations?: Record<string, string>;
  daemon?: boolean;
  steps?: ParallelSteps[];
  container?: Omit<Container, 'name'> & { name?: string };
  containerSet?: ContainerSetTemplate;
  script?: ScriptTemplate;
  resource?: ResourceTemplate;
  dag?: DAGTemplate;
  suspend?: SuspendTemplate;
  data?: Data;
  http?: HTTP;
  plugin?: Plugin;
  volumes?: Volume[];
  initContainers?: UserContainer[];
  sidecars?: UserContainer[];
  archiveLocation?: ArtifactLocation;
  activeDeadlineSeconds?: IntOrString;
  retryStrategy?: RetryStrategy;
  parallelism?: number;
  failFast?: boolean;
  tolerations?: Toleration[];
  schedulerName?: string;
  priorityClassName?: string;
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  executor?: ExecutorConfig;
  hostAliases?: HostAlias[];
  securityContext?: PodSecurityContext;
  podSpecPatch?: string;
  metrics?: Metrics;
  synchronization?: Synchronization;
  memoize?: Memoize;
  timeout?: string;
  pendingTimeout?: string;
  podResources?: ResourceRequirements;
  resourceClaims?: PodResourceClaim[];
}
export type { EnvVar };
