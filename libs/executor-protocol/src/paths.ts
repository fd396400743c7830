/** Paths inside every step pod. */
export const PATHS = {
  /** Holds the supervisor: an image volume, or an emptyDir that an init container fills. */
  supervisorVolume: '/argosy',
  supervisor: '/argosy/supervisor',
  /** Scripts are delivered here, as in Argo. */
  staging: '/argo/staging',
  script: '/argo/staging/script',
  terminationMessage: '/dev/termination-log',
} as const;
