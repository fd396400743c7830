import { formatTime } from '@argosy/workflow-engine';
import type { Instant } from '@argosy/workflow-engine';
import type { ParsedDocument, Problem, Workflow, WorkflowTemplate } from '@argosy/workflow-spec';
import {
  formatProblem,
  hasErrors,
  libraryOf,
  parseManifests,
  templateLibrary,
  validateWorkflow,
} from '@argosy/workflow-spec';

/** A manifest that would be refused; the message shows each fault at its place. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(
    readonly problems: readonly Problem[],
    source: { readonly name: string; readonly text?: string },
  ) {
    super(problems.map((problem) => formatProblem(problem, source)).join('\n'));
  }
}

export interface ManifestOptions {
  /** Shown in messages. Default `workflow.yaml`. */
  readonly source?: string;
  /** Arguments of the workflow, over those in the manifest. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** WorkflowTemplates and ClusterWorkflowTemplates that it refers to; the manifest may also contain them. */
  readonly templates?: string | readonly WorkflowTemplate[];
  /** False runs what validation refuses, to see what the controller makes of it. Default true. */
  readonly validate?: boolean;
}

export interface LoadedWorkflow {
  readonly workflow: Workflow;
  /** What it may refer to. */
  readonly templates: readonly WorkflowTemplate[];
}

/** Reads one workflow, which is created now, and what it refers to. @throws ManifestError */
export function loadWorkflow(manifest: string | Workflow, options: ManifestOptions, now: Instant): LoadedWorkflow {
  const source = options.source ?? 'workflow.yaml';
  const documents = typeof manifest === 'string' ? parse(manifest, source) : [];
  if (typeof manifest !== 'string') checkObject(manifest, source);
  const templates = [...templatesIn(documents), ...givenTemplates(options)];
  const document = typeof manifest === 'string' ? onlyWorkflow(documents, source, manifest) : null;
  const given = document?.kind === 'Workflow' ? document.value : (manifest as Workflow);
  const workflow = prepared(given, options.parameters ?? {}, now);
  if (options.validate !== false) {
    const subject = document?.kind === 'Workflow' ? { ...document, value: workflow } : { value: workflow };
    const problems = validateWorkflow(subject, { templates: templateLibrary(templates), lint: false });
    refuse(problems, { name: source, ...(typeof manifest === 'string' && { text: manifest }) });
  }
  return { workflow, templates };
}

function parse(text: string, source: string): readonly ParsedDocument[] {
  const { documents, problems } = parseManifests(text, { source });
  refuse(problems, { name: source, text });
  return documents;
}

/** An object is read as strictly as a text; its problems are told by path, because it has no lines. */
function checkObject(manifest: Workflow, source: string): void {
  const { problems } = parseManifests(JSON.stringify(manifest), { source: 'workflow.json' });
  refuse(
    problems.map((problem) => ({ ...problem, line: 0, column: 0 })),
    { name: source },
  );
}

function refuse(problems: readonly Problem[], source: { readonly name: string; readonly text?: string }): void {
  if (!hasErrors(problems)) return;
  throw new ManifestError(
    problems.filter(({ severity }) => severity === 'error'),
    source,
  );
}

function onlyWorkflow(documents: readonly ParsedDocument[], source: string, text: string): ParsedDocument {
  const workflows = documents.filter(({ kind }) => kind === 'Workflow');
  const [workflow] = workflows;
  if (workflow && workflows.length === 1) return workflow;
  const message = workflow ? 'there is more than one Workflow in this text' : 'there is no Workflow in this text';
  const problem: Problem = { severity: 'error', code: 'not-one-workflow', message, path: '', line: 1, column: 1 };
  throw new ManifestError([problem], { name: source, text });
}

const templatesIn = (documents: readonly ParsedDocument[]): WorkflowTemplate[] =>
  documents.flatMap((document) =>
    document.kind === 'WorkflowTemplate' || document.kind === 'ClusterWorkflowTemplate' ? [document.value] : [],
  );

function givenTemplates({ templates = [] }: ManifestOptions): readonly WorkflowTemplate[] {
  if (typeof templates !== 'string') return templates;
  const documents = parse(templates, 'templates.yaml');
  const problems = documents.flatMap((document) => validateWorkflow(document, { templates: libraryOf(documents) }));
  refuse(problems, { name: 'templates.yaml', text: templates });
  return templatesIn(documents);
}

/** What an API server adds to an object, and the arguments. */
function prepared(
  given: Workflow,
  parameters: Readonly<Record<string, string | number | boolean>>,
  now: Instant,
): Workflow {
  const { metadata, spec } = given;
  const { generateName: _generateName, ...known } = metadata;
  const own = (spec.arguments?.parameters ?? []).filter(({ name }) => !Object.hasOwn(parameters, name));
  const values = Object.entries(parameters).map(([name, value]) => ({ name, value: String(value) }));
  return {
    ...given,
    metadata: {
      namespace: 'default',
      uid: '00000000-0000-0000-0000-000000000001',
      creationTimestamp: formatTime(now),
      ...known,
      name: metadata.name ?? 'wf',
    },
    spec: values.length > 0 ? { ...spec, arguments: { ...spec.arguments, parameters: [...own, ...values] } } : spec,
  };
}
