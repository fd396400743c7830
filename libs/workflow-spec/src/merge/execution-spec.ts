import type { Artifact } from '../model/artifact.js';
import type { Parameter } from '../model/common.js';
import type { Arguments } from '../model/template.js';
import type { TemplateLibrary } from '../library/template-library.js';
import type { Workflow, WorkflowSpec } from '../model/workflow.js';
import { driversOf } from '../artifact-source.js';
import { mergeMembers, strategicMerge } from './strategic-merge.js';

export interface ExecutionSpecSources {
  /** Where `workflowTemplateRef` is looked up. */
  readonly templates?: TemplateLibrary;
  /** The controller's `workflowDefaults`; of the object only the spec counts here. */
  readonly workflowDefaults?: { readonly spec?: WorkflowSpec } | undefined;
}

/** The workflow refers to a template that is not there. */
export class TemplateNotFoundError extends Error {
  override readonly name = 'TemplateNotFoundError';
}

/**
 * What a workflow runs: its own spec over that of the template it refers to over the controller's defaults. Made on the
 * first pass and kept. `templateDefaults` stay beside the templates: they also count for those of other objects.
 * @throws TemplateNotFoundError
 */
export function resolveExecutionSpec(workflow: Workflow, sources: ExecutionSpecSources = {}): WorkflowSpec {
  const { spec } = workflow;
  const layers = [sources.workflowDefaults?.spec, referredSpec(spec, sources.templates), spec];
  const merged = layers.reduce<WorkflowSpec>((lower, higher) => (higher ? mergeSpecs(lower, higher) : lower), {});
  const { suspend: _suspend, ...rest } = merged;
  // A template that is suspended does not suspend the runs made from it.
  return { ...rest, ...(spec.suspend !== undefined && { suspend: spec.suspend }) };
}

function referredSpec(
  { workflowTemplateRef: ref }: WorkflowSpec,
  templates: TemplateLibrary | undefined,
): WorkflowSpec | undefined {
  if (!ref) return undefined;
  const { name = '', clusterScope = false } = ref;
  const found = templates?.find(name, clusterScope);
  if (found) return found.spec;
  // As the API server words it; people know this message.
  throw new TemplateNotFoundError(`${clusterScope ? 'cluster' : ''}workflowtemplate.argoproj.io "${name}" not found`);
}

/** `higher` over `lower`. Arguments have rules of their own, and a hook is taken from one side as a whole. */
export function mergeSpecs(lower: WorkflowSpec, higher: WorkflowSpec): WorkflowSpec {
  const merged = strategicMerge(lower, higher);
  if (lower.hooks && higher.hooks) merged.hooks = { ...lower.hooks, ...higher.hooks };
  if (lower.arguments && higher.arguments) merged.arguments = mergeArguments(lower.arguments, higher.arguments);
  return merged;
}

function mergeArguments(lower: Arguments, higher: Arguments): Arguments {
  const parameters = mergeByName(lower.parameters, higher.parameters, mergeParameter);
  const artifacts = mergeByName(lower.artifacts, higher.artifacts, mergeArtifact);
  return { ...(parameters && { parameters }), ...(artifacts && { artifacts }) };
}

/** A parameter that says what its value is stands for itself: the other's value, default or enum does not apply to it. */
function mergeParameter(lower: Parameter, higher: Parameter): Parameter {
  const isSaid = higher.value !== undefined || higher.valueFrom !== undefined || higher.default !== undefined;
  return isSaid ? higher : { ...lower, ...higher };
}

/** Locations of one driver are merged; another driver takes the place of the first. */
function mergeArtifact(lower: Artifact, higher: Artifact): Artifact {
  const [driver] = driversOf(higher);
  if (driver === undefined || driversOf(lower).includes(driver)) return strategicMerge(lower, higher);
  const rest: Artifact = { ...lower };
  for (const other of driversOf(lower)) delete rest[other];
  return strategicMerge(rest, higher);
}

function mergeByName<T extends { readonly name: string }>(
  lower: readonly T[] | undefined,
  higher: readonly T[] | undefined,
  merge: (lower: T, higher: T) => T,
): T[] | undefined {
  if (!lower || !higher) return higher ? [...higher] : lower && [...lower];
  return mergeMembers(lower, higher, ({ name }) => name, merge);
}
