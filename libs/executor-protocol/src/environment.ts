/** Environment that libs/pod-plan gives to the containers of a step; names are Argo's where Argo has them. */
export const ENV = {
  containerName: 'ARGO_CONTAINER_NAME',
  /** The template as JSON, tags replaced; absent when it does not fit into a variable. */
  template: 'ARGO_TEMPLATE',
  nodeId: 'ARGO_NODE_ID',
  workflowName: 'ARGO_WORKFLOW_NAME',
  workflowUid: 'ARGO_WORKFLOW_UID',
  podName: 'ARGO_POD_NAME',
  podUid: 'ARGO_POD_UID',
  instanceId: 'ARGO_INSTANCE_ID',
  /** Where programs write `N/M`. */
  progressFile: 'ARGO_PROGRESS_FILE',
  /** How often that is read, a Go duration; the supervisor does not look when one of the two is absent or 0. */
  progressFileTick: 'ARGO_PROGRESS_FILE_TICK_DURATION',
  /** How often it is told at most. */
  progressPatchTick: 'ARGO_PROGRESS_PATCH_TICK_DURATION',
  /** RFC 3339, UTC, whole seconds; the supervisor ends the command then. Absent: none. */
  deadline: 'ARGO_DEADLINE',
  /** `true` when stdout is captured as `outputs.result`. */
  includeScriptOutput: 'ARGO_INCLUDE_SCRIPT_OUTPUT',
  terminationGracePeriodSeconds: 'ARGO_TERMINATION_GRACE_PERIOD_SECONDS',
  /** Followed by 0, 1, ...: the parts of a script. */
  scriptPart: 'ARGOSY_SCRIPT_',
} as const;

/** Most bytes in one part of a script; the kernel takes 128 KiB for one variable, name included. */
export const SCRIPT_PART_BYTES = 96 * 1024;
