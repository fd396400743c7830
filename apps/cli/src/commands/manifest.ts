import { ArgosyError } from '@argosy/sdk';
import { hasErrors, libraryOf, parseManifests, validateWorkflow } from '@argosy/workflow-spec';
import type { ParsedDocument, Problem, Workflow, WorkflowTemplate } from '@argosy/workflow-spec';

/** Problems of a manifest as the SDK carries them. */
const asInput = ({ message, path, line, column, hint }: Problem) => ({
  message,
  path: path || null,
  line: line || null,
  column: column || null,
  hint: hint ?? null,
});

/** What one file holds for a run. */
export interface RunnableManifest {
  readonly workflow: Workflow;
  /** WorkflowTemplates and ClusterWorkflowTemplates that the workflow may refer to. */
  readonly templates: readonly WorkflowTemplate[];
}

interface GivenParameter {
  readonly name: string;
  readonly value: string;
}

/**
 * The one workflow of a manifest, with parameters put over its arguments, and the templates beside it. Throws `invalid`
 * with positioned problems: what is about to run needs all its values.
 */
export function readRunnable(text: string, source: string, parameters: readonly GivenParameter[]): RunnableManifest {
  const { documents, problems } = parseManifests(text);
  refuse(problems, source);
  const workflows = documents.filter(({ kind }) => kind === 'Workflow');
  const [document] = workflows;
  if (document?.kind !== 'Workflow' || workflows.length > 1) {
    throw new ArgosyError('invalid', `${source} holds ${workflows.length || 'no'} workflows; one is run at a time.`);
  }
  const workflow = withParameters(document.value, parameters);
  const templates = libraryOf(documents);
  const subjects = documents.map((each): ParsedDocument =>
    each === document ? { ...document, value: workflow } : each,
  );
  refuse(
    subjects.flatMap((subject) => validateWorkflow(subject, { templates, lint: false })),
    source,
  );
  return {
    workflow,
    templates: documents.flatMap((each) =>
      each.kind === 'WorkflowTemplate' || each.kind === 'ClusterWorkflowTemplate' ? [each.value] : [],
    ),
  };
}

/** Throws `invalid` with every problem and its position, if there is an error among them. */
export function refuse(problems: readonly Problem[], source: string): void {
  if (hasErrors(problems)) throw new ArgosyError('invalid', `${source} cannot be run as it is.`, problems.map(asInput));
}

function withParameters(workflow: Workflow, parameters: readonly GivenParameter[]): Workflow {
  if (parameters.length === 0) return workflow;
  const given = new Map(parameters.map(({ name, value }) => [name, value]));
  const known = workflow.spec.arguments?.parameters ?? [];
  const merged = known.map((parameter) => {
    const value = given.get(parameter.name);
    return value === undefined ? parameter : { ...parameter, value };
  });
  const added = parameters.filter(({ name }) => !known.some((parameter) => parameter.name === name));
  const all = { ...workflow.spec.arguments, parameters: [...merged, ...added] };
  return { ...workflow, spec: { ...workflow.spec, arguments: all } };
}
