import { ArgosyError } from '@argosy/sdk';
import { hasErrors, lintManifests } from '@argosy/workflow-spec';
import type { Problem, Workflow } from '@argosy/workflow-spec';

/** Problems of a manifest as the SDK carries them. */
const asInput = ({ message, path, line, column, hint }: Problem) => ({
  message,
  path: path || null,
  line: line || null,
  column: column || null,
  hint: hint ?? null,
});

/**
 * The one workflow of a manifest, with parameters put over its arguments. Throws `invalid` with positioned problems.
 */
export function readWorkflow(
  text: string,
  source: string,
  parameters: readonly { name: string; value: string }[],
): Workflow {
  const { documents, problems } = lintManifests(text);
  if (hasErrors(problems)) {
    throw new ArgosyError('invalid', `${source} cannot be run as it is.`, problems.map(asInput));
  }
  const workflows = documents.flatMap((document) => (document.kind === 'Workflow' ? [document.value] : []));
  const [workflow] = workflows;
  if (!workflow || workflows.length > 1) {
    throw new ArgosyError('invalid', `${source} holds ${workflows.length || 'no'} workflows; one is run at a time.`);
  }
  const given = new Map(parameters.map(({ name, value }) => [name, value]));
  const known = workflow.spec.arguments?.parameters ?? [];
  const merged = known.map((parameter) => ({ ...parameter, value: given.get(parameter.name) ?? parameter.value }));
  const added = parameters.filter(({ name }) => !known.some((parameter) => parameter.name === name));
  if (merged.length + added.length === 0) return workflow;
  return {
    ...workflow,
    spec: { ...workflow.spec, arguments: { ...workflow.spec.arguments, parameters: [...merged, ...added] } },
  };
}
