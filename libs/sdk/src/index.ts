export { ArgosyClient, isFinished, logIn } from './client.js';
export type { ArgosyClientOptions, Cluster, LogLine, RunDetail, RunNode, RunSummary, Viewer } from './client.js';
export { ArgosyError } from './errors.js';
export type { ArgosyErrorCode, InputProblem } from './errors.js';
export type {
  CreateApiTokenInput,
  NodePhase,
  RegisterClusterInput,
  ResubmitRunInput,
  RetryRunInput,
  RunFilter,
  RunOrder,
  RunPhase,
  SetRunNodeInput,
  SubmitRunInput,
} from './generated/operations.js';
