/** Paths inside every step pod. */
export const PATHS = {
  /** Holds the supervisor: an image volume, or an emptyDir that an init container fills. */
  supervisorVolume: '/argosy',
  supervisor: '/argosy/supervisor',
  /** An emptyDir that all containers of a pod share, as in Argo. */
  shared: '/var/run/argo',
  /** Not `/dev/termination-log`: a node that runs pods without a mount namespace can only give a program its volumes. */
  terminationMessage: '/var/run/argo/termination-log',
  /** Of a container of a set: there each has its own. */
  terminationMessageOf: (container: string): string => `/var/run/argo/termination-log-${container}`,
  /** Where a container of a set leaves its exit code, as in Argo. */
  exitCodeOf: (container: string): string => `/var/run/argo/ctr/${container}/exitcode`,
  progress: '/var/run/argo/progress',
  /** Scripts are delivered here, as in Argo. */
  staging: '/argo/staging',
  script: '/argo/staging/script',
  manifest: '/argo/staging/manifest.yaml',
  /** Where a program of ours says why it failed. */
  reason: '/var/run/argo/reason',
  /** Where an output parameter is read to that is no file of the user's. */
  outputOf: (index: number): string => `/var/run/argo/output-${index}`,
} as const;
