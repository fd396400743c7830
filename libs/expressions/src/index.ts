export type { ContinueOnFlags, ContinueOnOf } from './depends/depends.js';
export {
  conditionsOfBareTask,
  dependenciesOf,
  dependsOfDependencies,
  evaluateDepends,
  formatDepends,
  parseDepends,
  taskReferences,
} from './depends/depends.js';
export type { DependsNode, DependsTask, TaskCondition } from './depends/depends-ast.js';
export { TASK_CONDITIONS } from './depends/depends-ast.js';
export { ExpressionCache } from './expression-cache.js';
export { describeError, ExpressionError, locate } from './expression-error.js';
export type { TextPosition } from './expression-error.js';
export type { EvaluationLimits, EvaluationSettings } from './expr/evaluation-settings.js';
export { DEFAULT_LIMITS } from './expr/evaluation-settings.js';
export { compileExpression, evaluateExpression, inspectExpression } from './expr/evaluate.js';
export type { Evaluation, ExpressionSettings } from './expr/evaluate.js';
export { DAYS, MONTHS } from './expr/go-layout.js';
export { SlowCalls } from './expr/slow-calls.js';
export { pathsIn } from './expr/names.js';
export type { JsonValue } from './json.js';
export { VariableScope } from './scope/variable-scope.js';
export { substitute, substituteTemplate } from './tags/substitute.js';
export type { TemplateSubstitution } from './tags/substitute.js';
export { LATE_BOUND_NAMES } from './tags/substitution.js';
export type { Substitution, SubstitutionOptions, UnresolvedTag } from './tags/substitution.js';
export { bodyStart, findTags, parseTemplate, simpleName } from './tags/tag-scanner.js';
export type { Tag, TemplatePart } from './tags/tag-scanner.js';
export { evaluateWhen, parseWhen } from './when/when.js';
export type { WhenCondition } from './when/when.js';
