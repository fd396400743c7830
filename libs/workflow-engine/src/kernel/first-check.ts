import { refusals } from '@argosy/workflow-spec';
import type { Parameter } from '@argosy/workflow-spec';
import { missingParameter, workflowParameter } from '../scope/global-variables.js';
import { libraryOf } from '../scope/template-library.js';
import type { RunDraft } from './run-draft.js';

/** Why a run cannot begin with the spec it has; null when it can. Asked once: what has begun is not judged again. */
export function firstCheck(run: RunDraft): string | null {
  const invalid = run.scope.rules?.validate === false ? null : invalidSpec(run);
  if (invalid !== null) return `invalid spec: ${invalid}`;
  const missing = missingParameter(run) ?? unsetParameter(run);
  return missing === null ? null : `failed to set global parameters: ${missing}`;
}

function invalidSpec(run: RunDraft): string | null {
  const own = run.workflow.spec;
  if (own.workflowTemplateRef && (own.templates?.length ?? 0) > 0)
    return 'templates is invalid field in spec if workflow referred WorkflowTemplate reference';
  const unsaid = run.spec.arguments?.parameters?.find((parameter) => !isSaid(parameter));
  if (unsaid) return `spec.arguments.${unsaid.name}.value or spec.arguments.${unsaid.name}.valueFrom is required`;
  const plugin = unknownPlugin(run);
  if (plugin !== null) return plugin;
  const { workflowTemplateRef: _merged, ...spec } = run.spec;
  const [first, ...more] = refusals({ ...run.workflow, spec }, libraryOf(run.world), {
    expressionTags: run.scope.rules?.expressionTemplates ?? true,
  });
  if (!first) return null;
  const hint = first.hint === undefined ? '' : ` (${first.hint})`;
  return `${first.path}: ${first.message}${hint}${more.length > 0 ? `, and ${more.length} more` : ''}`;
}

/** Plugins are run by whoever runs the controller, and not by workflows; a workflow may say which of them it means. */
function unknownPlugin(run: RunDraft): string | null {
  const known = run.scope.rules?.executorPlugins;
  const named = run.spec.executorPlugins?.map(({ metadata }) => metadata?.name ?? '') ?? [];
  const unknown = known && named.find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  const others = known && known.length > 0 ? `known: ${known.join(', ')}` : 'there is none';
  return `spec.executorPlugins: "${unknown}" is no executor plugin of this cluster, and a workflow cannot bring its own (${others})`;
}

const isSaid = ({ value, valueFrom, default: fallback }: Parameter): boolean =>
  value !== undefined || valueFrom !== undefined || fallback !== undefined;

function unsetParameter(run: RunDraft): string | null {
  const unset = run.spec.arguments?.parameters?.find(({ name }) => workflowParameter(run, name) === undefined);
  return unset ? `either value or valueFrom must be specified in order to set global parameter ${unset.name}` : null;
}
