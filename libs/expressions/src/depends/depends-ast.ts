/** What can be asked about a task in `depends`. AnySucceeded and AllFailed speak of the items of a loop. */
export const TASK_CONDITIONS = [
  'Succeeded',
  'Failed',
  'Errored',
  'Skipped',
  'Omitted',
  'Daemoned',
  'AnySucceeded',
  'AllFailed',
] as const;
export type TaskCondition = (typeof TASK_CONDITIONS)[number];

interface Positioned {
  readonly offset: number;
  readonly length: number;
}

export type DependsNode = DependsTask | DependsNot | DependsAll | DependsAny | DependsConstant;

/** `A` (condition undefined) or `A.Succeeded`. */
export interface DependsTask extends Positioned {
  readonly type: 'task';
  readonly task: string;
  readonly condition: TaskCondition | undefined;
}
export interface DependsNot extends Positioned {
  readonly type: 'not';
  readonly operand: DependsNode;
}
export interface DependsAll extends Positioned {
  readonly type: 'all';
  readonly operands: readonly DependsNode[];
}
export interface DependsAny extends Positioned {
  readonly type: 'any';
  readonly operands: readonly DependsNode[];
}
/** `true` and `false`, which the expression language behind `depends` has. */
export interface DependsConstant extends Positioned {
  readonly type: 'constant';
  readonly value: boolean;
}
