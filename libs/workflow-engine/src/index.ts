export { formatTime, instant, parseTime } from './model/instant.js';
export type { Instant } from './model/instant.js';
export { HTTP_TIMEOUT_SECONDS } from './handlers/agent.js';
export type { MetricChange, MetricUpdate } from './model/metric-update.js';
export type { ControllerRules, FailedPodRestart, WorkflowDefaults } from './model/controller-rules.js';
export { originsOf } from './model/run-origin.js';
export type { RunOrigin } from './model/run-origin.js';
export { asEarlierRun, secondsOf } from './policies/estimate.policy.js';
export type {
  ContainerObservation,
  EarlierRun,
  HttpAnswer,
  LockObservation,
  MemoEntry,
  MemoObservation,
  NeverStarted,
  ClaimRefusal,
  PodObservation,
  RepositoryMap,
  RequestObservation,
  World,
} from './model/observation.js';
export { limitSource } from './locks/lock-ref.js';
export type { LimitSource, LockRef } from './locks/lock-ref.js';
export { claimOf, LockTable, placeInLine, rankOf, ranksBefore } from './locks/lock-table.js';
export type { LockClaim, LockView, RunRank } from './locks/lock-table.js';
export type {
  CallPlugin,
  CommandOf,
  DeletePersistentVolumeClaim,
  DeletePod,
  DeletePodDisruptionBudget,
  EngineCommand,
  EngineCommandType,
  EnsurePersistentVolumeClaim,
  EnsurePod,
  EnsurePodDisruptionBudget,
  FreePod,
  SendHttp,
  StoreMemo,
  TerminatePod,
} from './model/command.js';
export type {
  IntentRefused,
  ResumeRun,
  RetryRun,
  RunIntent,
  RunIntentType,
  SetNode,
  StopRun,
  SuspendRun,
  TerminateRun,
} from './model/intent.js';
export type {
  Decision,
  JournalEntry,
  NodeStatusPatch,
  Scope,
  WorkflowPatch,
  WorkflowStatusPatch,
} from './model/decision.js';
export { fnv1a32 } from './model/fnv1a.js';
export { nodeIdOf, podNameOf } from './model/ids.js';
export { activeSecondsOf } from './policies/timeout.policy.js';
export type { NodeId } from './model/ids.js';
export { isFinalWorkflowPhase, isFulfilled } from './model/phases.js';
export type { RunState } from './model/run-state.js';
export { hydrate, project, projectWorkflow } from './projections/workflow.js';
export { reconcile } from './kernel/reconcile.js';
export { applyIntent } from './intents/apply-intent.js';
export { resubmit } from './intents/resubmit.js';
export type { Resubmitted, ResubmitOptions } from './intents/resubmit.js';
export type { IntentApplied } from './intents/apply-intent.js';
