export type * from './model/kubernetes.js';
export type * from './model/common.js';
export type * from './model/artifact.js';
export type * from './model/template.js';
export type * from './model/workflow.js';
export { isCompleteLocation, relocated, repositoryLocation } from './artifact-location.js';
export { formatProblem } from './format-problem.js';
export type { ProblemPainter, ProblemSource } from './format-problem.js';
export { parseCronSchedule } from './cron-schedule.js';
export type { CalendarSchedule, CronSchedule, IntervalSchedule, ParsedCronSchedule } from './cron-schedule.js';
export { durationMs } from './duration.js';
export { templateLibrary } from './library/template-library.js';
export type { TemplateLibrary } from './library/template-library.js';
export { libraryOf, lintManifests } from './lint.js';
export { resolveExecutionSpec, TemplateNotFoundError } from './merge/execution-spec.js';
export type { ExecutionSpecSources } from './merge/execution-spec.js';
export { mergeMembers } from './merge/strategic-merge.js';
export { withTemplateDefaults } from './merge/template-defaults.js';
export { API_GROUP, API_VERSION, isWorkflowKind, WORKFLOW_KINDS } from './parse/kinds.js';
export type { ManifestByKind, WorkflowKind } from './parse/kinds.js';
export { misshapen } from './parse/misshapen.js';
export { DEFAULT_MAX_BYTES, parseManifests } from './parse/parse-manifests.js';
export type { ParsedDocument, ParsedDocumentOf, ParseOptions, ParseResult } from './parse/parse-manifests.js';
export { yamlValue } from './parse/yaml-value.js';
export { manifestJson, toYaml } from './print/to-yaml.js';
export { byPosition, hasErrors } from './problem.js';
export type { Problem, Severity } from './problem.js';
export { WORKFLOW_SPEC_FIELDS } from './schema/spec-fields.js';
export {
  isGroupTemplate,
  isPodTemplate,
  requiredTemplateKind,
  TEMPLATE_KINDS,
  templateKindOf,
} from './template-kind.js';
export type { PodKind, TemplateKind } from './template-kind.js';
export { refusals } from './validate/refusals.js';
export { validateWorkflow } from './validate/validate-workflow.js';
export type { Validatable, ValidationOptions } from './validate/validate-workflow.js';
