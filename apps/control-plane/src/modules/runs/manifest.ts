import { randomInt } from 'node:crypto';
import { hasErrors, parseManifests, toYaml, validateWorkflow } from '@argosy/workflow-spec';
import type { ParsedDocumentOf, Problem, Workflow } from '@argosy/workflow-spec';
import type { InputProblem, SubmitRunInput } from '../../graphql/generated/schema-types.js';

export { toYaml } from '@argosy/workflow-spec';

/** The workflow to create, or why there is none. */
export type ReadManifest =
  | { readonly workflow: Workflow; readonly problems?: undefined }
  | { readonly workflow?: undefined; readonly problems: readonly InputProblem[] };

/** What a kept manifest holds. Throws for one that cannot be read: nothing of that kind is ever kept. */
export function keptWorkflow(manifest: string): Workflow {
  const [document] = parseManifests(manifest, { maxBytes: MOST_KEPT_BYTES, lenient: true }).documents;
  if (document?.kind !== 'Workflow') throw new Error('the kept manifest cannot be read');
  return document.value;
}

/** What is wrong with a workflow that was not given as a text, so that there are no lines to point at. */
export function problemsOf(workflow: Workflow): InputProblem[] {
  const { documents, problems } = parseManifests(toYaml(workflow), { maxBytes: MOST_KEPT_BYTES, lenient: true });
  const [document] = documents;
  const found = document?.kind === 'Workflow' ? validateWorkflow(document, { lint: false }) : problems;
  return found.filter(isError).map(({ message, path, hint }) => ({ message, ...(path ? { path } : {}), hint }));
}

export const MOST_BYTES = 2 * 1024 * 1024;
/** Written out anew, a manifest may be longer than it was given. */
const MOST_KEPT_BYTES = 4 * MOST_BYTES;
const DEFAULT_NAMESPACE = 'default';
const LONGEST_NAME = 63;
/** As Kubernetes generates names: no vowels, so that no words come out. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** The one Workflow of a submitted manifest, with the given parameters, labels and a name; or what is wrong with it, and where. */
export function readManifest(input: SubmitRunInput): ReadManifest {
  const size = Buffer.byteLength(input.manifest);
  if (size > MOST_BYTES) {
    const message = `The manifest has ${size} bytes; at most ${MOST_BYTES} are taken.`;
    return { problems: [{ message, path: 'manifest', hint: 'pass data as artifacts' }] };
  }
  const { documents, problems, others } = parseManifests(input.manifest, { maxBytes: MOST_BYTES });
  if (hasErrors(problems)) return { problems: problems.filter(isError).map(inputProblem) };
  const [document] = documents;
  const unfit =
    documents.length + others.length === 1 && document?.kind === 'Workflow'
      ? problemsOfInput(document, input)
      : [{ message: 'The manifest must hold one Workflow and nothing else.', path: 'manifest' }];
  if (unfit.length > 0 || document?.kind !== 'Workflow') return { problems: unfit };
  const workflow = completed(document.value, input);
  const found = validateWorkflow({ ...document, value: workflow }, { lint: false }).filter(isError);
  return found.length > 0 ? { problems: found.map(inputProblem) } : { workflow };
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

const inputProblem = ({ message, path, line, column, hint }: Problem): InputProblem => ({
  message,
  ...(path ? { path } : {}),
  ...(line > 0 ? { line, column } : {}),
  ...(hint === undefined ? {} : { hint }),
});

function problemsOfInput(
  { value, positions }: ParsedDocumentOf<'Workflow'>,
  { labels }: SubmitRunInput,
): InputProblem[] {
  const problems: InputProblem[] = [];
  const { line, column } = positions.of(['metadata']);
  if (!value.metadata?.name && !value.metadata?.generateName)
    problems.push({
      message: 'The workflow has no name.',
      path: 'metadata',
      hint: 'set metadata.name or metadata.generateName',
      line,
      column,
    });
  const isMap = typeof labels === 'object' && !Array.isArray(labels);
  if (labels != null && (!isMap || Object.values(labels).some((label) => typeof label !== 'string')))
    problems.push({ message: 'Labels are an object of texts.', path: 'labels', hint: 'such as {"team": "web"}' });
  return problems;
}

function completed(workflow: Workflow, input: SubmitRunInput): Workflow {
  const { metadata, spec } = workflow;
  const given = new Map((input.parameters ?? []).map(({ name, value }) => [name, value]));
  const declared = spec.arguments?.parameters ?? [];
  const added = [...given].filter(([name]) => !declared.some((parameter) => parameter.name === name));
  const parameters = [
    ...declared.map((parameter) => {
      const value = given.get(parameter.name);
      return value === undefined ? parameter : { ...parameter, value };
    }),
    ...added.map(([name, value]) => ({ name, value })),
  ];
  return {
    ...workflow,
    metadata: {
      ...metadata,
      name: metadata?.name ?? generatedName(metadata?.generateName ?? ''),
      namespace: metadata?.namespace ?? input.namespace ?? DEFAULT_NAMESPACE,
      labels: { ...metadata?.labels, ...(input.labels as Record<string, string> | null | undefined) },
    },
    spec: given.size > 0 ? { ...spec, arguments: { ...spec.arguments, parameters } } : spec,
  };
}

/** What Kubernetes would put behind a `generateName`. */
export const nameSuffix = (): string =>
  Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)]).join('');

export const generatedName = (prefix: string): string => prefix.slice(0, LONGEST_NAME - SUFFIX_LENGTH) + nameSuffix();
