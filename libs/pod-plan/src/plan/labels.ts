const PREFIX = 'workflows.argoproj.io';

/** Labels and annotations of Argo's, which other programs select and read by. */
export const LABELS = {
  workflow: `${PREFIX}/workflow`,
  completed: `${PREFIX}/completed`,
  onExit: `${PREFIX}/on-exit`,
  outputsReported: `${PREFIX}/report-outputs-completed`,
  instanceId: `${PREFIX}/controller-instanceid`,
} as const;

export const ANNOTATIONS = {
  nodeId: `${PREFIX}/node-id`,
  nodeName: `${PREFIX}/node-name`,
  progress: `${PREFIX}/progress`,
  podGCStrategy: `${PREFIX}/pod-gc-strategy`,
  defaultContainer: 'kubectl.kubernetes.io/default-container',
} as const;

export const FINALIZERS = {
  /** Keeps a pod that is deleted until its end is on record. */
  status: `${PREFIX}/status`,
} as const;

export const MAIN_CONTAINER = 'main';
