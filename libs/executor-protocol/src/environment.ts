/** Environment that libs/pod-plan gives to every container and that the supervisor and user programs may read. */
export const ENV = {
  containerName: 'ARGO_CONTAINER_NAME',
  nodeId: 'ARGO_NODE_ID',
  workflowName: 'ARGO_WORKFLOW_NAME',
  workflowUid: 'ARGO_WORKFLOW_UID',
  podName: 'ARGO_POD_NAME',
  podUid: 'ARGO_POD_UID',
  /** RFC 3339; the supervisor ends the command then. Empty or absent: none. */
  deadline: 'ARGO_DEADLINE',
  /** `true` when stdout is to be captured as `outputs.result`. */
  includeScriptOutput: 'ARGO_INCLUDE_SCRIPT_OUTPUT',
  /** File into which the user's program writes `N/M`. */
  progressFile: 'ARGO_PROGRESS_FILE',
  terminationGracePeriodSeconds: 'ARGO_TERMINATION_GRACE_PERIOD_SECONDS',
  template: 'ARGO_TEMPLATE',
} as const;
