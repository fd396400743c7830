/** Paths inside every step pod. The volume is an emptyDir shared by all containers of the pod. */
export const PATHS = {
  volume: '/var/run/argo',
  supervisor: '/var/run/argo/supervisor',
  progress: '/var/run/argo/progress',
  /** Scripts are delivered here, as in Argo. */
  staging: '/argo/staging',
  script: '/argo/staging/script',
  terminationMessage: '/dev/termination-log',
} as const;
