import type { ExpressionCache } from '../expression-cache.js';
import type { ExpressionError } from '../expression-error.js';
import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import type { VariableScope } from '../scope/variable-scope.js';

export interface SubstitutionOptions extends EvaluationSettings {
  /** When true (the default) a tag that cannot be resolved stays as it is; when false it is an error. */
  readonly allowUnresolved?: boolean;
  /** Simple tags whose names begin with one of these are an error when unresolved, even if others may stay. */
  readonly strictPrefixes?: readonly string[];
  /** Names that get their value later: an expression that mentions one not yet in scope is left alone as a whole. */
  readonly lateBound?: readonly string[];
  /** Gets the error of an expression that fails, which then stays as it is; without it the error is thrown. */
  readonly onFailure?: (error: ExpressionError) => void;
  /** False leaves `{{= }}` alone (Argo's EXPRESSION_TEMPLATES=false). */
  readonly expressions?: boolean;
  readonly cache?: ExpressionCache;
}

/** Names that exist only inside a loop, a retry or at the end of a run. */
export const LATE_BOUND_NAMES: readonly string[] = [
  'item',
  'retries',
  'lastRetry.exitCode',
  'lastRetry.status',
  'lastRetry.duration',
  'lastRetry.message',
  'workflow.status',
  'workflow.failures',
  'workflow.duration',
];

/** A tag that stayed in the text. Offsets are those of the text before substitution. */
export interface UnresolvedTag {
  readonly kind: 'simple' | 'expression';
  /** The name of a simple tag or the source of an expression, nested tags replaced. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The dotted names that are missing, as far as they are known. */
  readonly names: readonly string[];
  readonly reason: ExpressionError;
}

export interface Substitution {
  readonly text: string;
  /** Dotted names that were read. */
  readonly used: ReadonlySet<string>;
  readonly unresolved: readonly UnresolvedTag[];
}

/** What collects over one substitution: the inputs, and what was read or left. */
export interface SubstitutionState {
  readonly scope: VariableScope;
  readonly options: SubstitutionOptions;
  readonly used: Set<string>;
  readonly unresolved: UnresolvedTag[];
  /** How many expressions were evaluated, so that each has random values of its own. */
  evaluations: number;
}

/** Keeps the tag or throws, as the options say. */
export function leaveUnresolved(state: SubstitutionState, tag: UnresolvedTag): void {
  const { allowUnresolved = true, strictPrefixes = [] } = state.options;
  const isStrict = tag.kind === 'simple' && strictPrefixes.some((prefix) => tag.text.startsWith(prefix));
  if (!allowUnresolved || isStrict) throw tag.reason;
  state.unresolved.push(tag);
}
