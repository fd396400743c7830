/** What a person or the control plane asks of a run. User verbs. */
export interface StopRun {
  readonly type: 'StopRun';
  readonly message?: string;
  /** Argo's node field selector (e.g. `displayName=approve`): fail only these suspended nodes. */
  readonly nodeFieldSelector?: string;
}
export interface TerminateRun {
  readonly type: 'TerminateRun';
}
export interface SuspendRun {
  readonly type: 'SuspendRun';
}
export interface ResumeRun {
  readonly type: 'ResumeRun';
  readonly nodeFieldSelector?: string;
  /** Who resumed, for the message `Resumed by: ...`. */
  readonly by?: string;
}
export interface RetryRun {
  readonly type: 'RetryRun';
  readonly restartSuccessful?: boolean;
  readonly nodeFieldSelector?: string;
  /** `name=value` overrides of workflow arguments. */
  readonly parameters?: readonly string[];
}
export interface SetNode {
  readonly type: 'SetNode';
  readonly nodeFieldSelector: string;
  readonly phase?: 'Succeeded' | 'Failed' | 'Error' | 'Skipped';
  readonly message?: string;
  readonly outputParameters?: Readonly<Record<string, string>>;
}
export type RunIntent = StopRun | TerminateRun | SuspendRun | ResumeRun | RetryRun | SetNode;
export type RunIntentType = RunIntent['type'];

/** Why an intent was refused; `message` is fit for the person who asked. */
export interface IntentRefused {
  readonly ok: false;
  readonly code:
    'already-finished' | 'not-finished' | 'not-suspended' | 'bad-selector' | 'nothing-selected' | 'bad-parameters';
  readonly message: string;
}
