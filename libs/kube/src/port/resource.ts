/** A kind of the Kubernetes API, with what is needed to build its path. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether `/status` is a subresource of its own, so that writes to the object leave the status alone. */
  readonly statusSubresource: boolean;
  readonly shortNames?: readonly string[];
}

const core = (
  kind: string,
  plural: string,
  namespaced = true,
  statusSubresource = false,
  shortNames: string[] = [],
): ResourceType => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
  statusSubresource,
  shortNames,
});
const argo = (
  kind: string,
  plural: string,
  namespaced = true,
  statusSubresource = false,
  shortNames: string[] = [],
): ResourceType => ({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind,
  plural,
  namespaced,
  statusSubresource,
  shortNames,
});

/** Every kind that Argosy reads or writes. Argo's kinds keep their status in the object, as Argo's CRDs do. */
export const resources = {
  namespaces: core('Namespace', 'namespaces', false, true, ['ns']),
  nodes: core('Node', 'nodes', false, true, ['no']),
  pods: core('Pod', 'pods', true, true, ['po']),
  configMaps: core('ConfigMap', 'configmaps', true, false, ['cm']),
  secrets: core('Secret', 'secrets'),
  serviceAccounts: core('ServiceAccount', 'serviceaccounts', true, false, ['sa']),
  persistentVolumeClaims: core('PersistentVolumeClaim', 'persistentvolumeclaims', true, true, ['pvc']),
  events: core('Event', 'events', true, false, ['ev']),
  leases: {
    group: 'coordination.k8s.io',
    version: 'v1',
    kind: 'Lease',
    plural: 'leases',
    namespaced: true,
    statusSubresource: false,
  },
  podDisruptionBudgets: {
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
    statusSubresource: true,
    shortNames: ['pdb'],
  },
  workflows: argo('Workflow', 'workflows', true, false, ['wf']),
  workflowTemplates: argo('WorkflowTemplate', 'workflowtemplates', true, false, ['wftmpl']),
  clusterWorkflowTemplates: argo('ClusterWorkflowTemplate', 'clusterworkflowtemplates', false, false, [
    'cwft',
    'clusterwftmpl',
  ]),
  cronWorkflows: argo('CronWorkflow', 'cronworkflows', true, false, ['cwf', 'cronwf']),
  workflowEventBindings: argo('WorkflowEventBinding', 'workfloweventbindings', true, false, ['wfeb']),
  workflowTaskSets: argo('WorkflowTaskSet', 'workflowtasksets', true, true, ['wfts']),
  workflowTaskResults: argo('WorkflowTaskResult', 'workflowtaskresults'),
  workflowArtifactGCTasks: argo('WorkflowArtifactGCTask', 'workflowartifactgctasks', true, true, ['wfat']),
} as const satisfies Record<string, ResourceType>;

export interface ObjectRef {
  readonly type: ResourceType;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
}

/** The least that every Kubernetes object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    generateName?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: {
      apiVersion: string;
      kind: string;
      name: string;
      uid: string;
      controller?: boolean;
      blockOwnerDeletion?: boolean;
    }[];
  };
}
