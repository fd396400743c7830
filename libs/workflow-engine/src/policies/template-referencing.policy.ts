import { resolveExecutionSpec } from '@argosy/workflow-spec';
import type { Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { libraryOf } from '../scope/template-library.js';

/**
 * Where workflows may only run templates that an administrator approved, what a workflow may say itself. Everything else
 * would reach its pods: as a field (podSpecPatch, serviceAccountName, hostNetwork), through every template
 * (templateDefaults, hooks), or through the pods that collect artifacts.
 */
const OVERRIDABLE: ReadonlySet<string> = new Set<keyof WorkflowSpec>([
  'arguments',
  'entrypoint',
  'shutdown',
  'suspend',
  'activeDeadlineSeconds',
  'priority',
  'ttlStrategy',
  'podGC',
  'volumeClaimGC',
  'archiveLogs',
  'workflowMetadata',
  'workflowTemplateRef',
  'metrics',
  'artifactGC',
]);
/** They make a pod what it is; no list of further fields opens them. */
const CLOSED_IN_ARTIFACT_GC = ['podSpecPatch', 'serviceAccountName', 'podMetadata'] as const;

const CHANGED = 'WorkflowSpec may not change during execution when the controller is set `templateReferencing: Secure`';

const isRestricted = (run: RunDraft): boolean => run.scope.rules?.templateReferencing !== undefined;
const isSecure = (run: RunDraft): boolean => run.scope.rules?.templateReferencing === 'Secure';

/** Asked on every pass, since an object can be edited at any time. @throws when the workflow goes beyond what it may */
export function mustKeepToTemplate(run: RunDraft): void {
  if (!isRestricted(run)) return;
  const { spec } = run.workflow;
  if (!spec.workflowTemplateRef)
    throw new Error('workflows must use workflowTemplateRef to be executed when the controller is in reference mode');
  const forbidden = forbiddenFields(run).map(argoName).sort();
  if (forbidden.length > 0)
    throw new Error(
      `fields [${forbidden.join(' ')}] are not permitted when using workflowTemplateRef with templateReferencing restriction`,
    );
}

/** How Argo calls a field of the spec in this message. */
const argoName = (field: string): string =>
  field.replace(/^(dns|ttl)/, (word) => word.toUpperCase()).replace(/(^|\.)[a-z]/g, (letter) => letter.toUpperCase());

function forbiddenFields(run: RunDraft): string[] {
  const { spec } = run.workflow;
  const fields = Object.entries(spec).flatMap(([field, value]) =>
    isSet(value) && !mayOverride(run, field) ? [field] : [],
  );
  const nested = CLOSED_IN_ARTIFACT_GC.filter((field) => isSet(spec.artifactGC?.[field]));
  return [...fields, ...nested.map((field) => `artifactGC.${field}`)];
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const mayOverride = (run: RunDraft, field: string): boolean =>
  OVERRIDABLE.has(field) || run.scope.rules?.overridableFields?.includes(field) === true;

/**
 * What the run executes. Under a restriction it is always made from the template itself: a status that came with the
 * object may say anything. Of what was there only the arguments stay, which a retry may have replaced.
 */
export function executionSpec(run: RunDraft): WorkflowSpec {
  const { workflow, status } = run;
  const known = status.storedWorkflowTemplateSpec;
  if (known && !isRestricted(run)) return known;
  const allowed = isRestricted(run) ? sanitized(run) : workflow.spec;
  const spec = resolveExecutionSpec(
    { ...workflow, spec: allowed },
    { templates: libraryOf(run.world), workflowDefaults: run.scope.rules?.workflowDefaults },
  );
  return known?.arguments ? { ...spec, arguments: known.arguments } : spec;
}

/** A second look at what was refused already. */
function sanitized(run: RunDraft): WorkflowSpec {
  const allowed: WorkflowSpec = Object.fromEntries(
    Object.entries(run.workflow.spec).filter(([field]) => mayOverride(run, field)),
  );
  if (!allowed.artifactGC) return allowed;
  const artifactGC = { ...allowed.artifactGC };
  for (const field of CLOSED_IN_ARTIFACT_GC) delete artifactGC[field];
  return { ...allowed, artifactGC };
}

/** Templates and a repository that came with the object are not believed either. */
export function forgetStored(run: RunDraft): void {
  if (!isRestricted(run)) return;
  const { storedTemplates: _templates, artifactRepositoryRef: _repository, ...status } = run.status;
  run.status = status;
}

/** @throws when what has begun is no longer what the template says, or says something else than it */
export function mustBeUnchanged(run: RunDraft): void {
  if (!isSecure(run)) return;
  const { suspend: _s, shutdown: _d, ...stored } = run.status.storedWorkflowTemplateSpec ?? {};
  const { suspend: _ns, shutdown: _nd, ...now } = executionSpec(run);
  if (!isSame(stored, now)) throw new Error(CHANGED);
}

/** @throws when a template of another object was edited since the run began to use it */
export function mustBeSameTemplate(run: RunDraft, stored: Template, find: () => Template): void {
  if (isSecure(run) && !isSame(stored, find())) throw new Error(CHANGED);
}

/** The same JSON, whatever the order of keys: an API server sorts them, and drops what is null. */
function isSame(a: unknown, b: unknown): boolean {
  if ((a ?? undefined) === (b ?? undefined)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isSame(left[key], right[key]));
}
