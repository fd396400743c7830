interface Signed {
  /** Of the workflow, telling who asks and for what; they replace those of who asked before. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a person or the control plane asks of a run. User verbs. */
export interface StopRun extends Signed {
  readonly type: 'StopRun';
  readonly message?: string;
  /** Argo's node field selector (e.g. `displayName=approve`): fail only these suspended nodes. */
  readonly nodeFieldSelector?: string;
}
export interface TerminateRun extends Signed {
  readonly type: 'TerminateRun';
}
export interface SuspendRun extends Signed {
  readonly type: 'SuspendRun';
}
export interface ResumeRun extends Signed {
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
export interface SetNode extends Signed {
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
