import { ArgosyError } from '@argosy/sdk';
import type { Workflow } from '@argosy/workflow-spec';
import { parse } from 'yaml';
import type { CliContext } from '../command.js';

/** The one workflow of a manifest, with parameters put over its arguments. Throws `invalid` with positioned problems. */
export function readWorkflow(
  text: string,
  source: string,
  parameters: readonly { name: string; value: string }[],
  _context: CliContext,
): Workflow {
  const workflow = parse(text) as Workflow;
  if (workflow?.kind !== 'Workflow') throw new ArgosyError('invalid', `${source} holds no Workflow.`);
  const given = new Map(parameters.map(({ name, value }) => [name, value]));
  const known = workflow.spec.arguments?.parameters ?? [];
  const merged = known.map((parameter) => ({ ...parameter, value: given.get(parameter.name) ?? parameter.value }));
  const added = parameters.filter(({ name }) => !known.some((parameter) => parameter.name === name));
  return {
    ...workflow,
    spec: { ...workflow.spec, arguments: { ...workflow.spec.arguments, parameters: [...merged, ...added] } },
  };
}
