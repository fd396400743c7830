import type { Workflow } from '@argosy/workflow-spec';
import { LineCounter, parseDocument, stringify } from 'yaml';
import type { InputProblem, SubmitRunInput } from '../../graphql/generated/schema-types.js';

export interface ReadManifest {
  readonly workflow?: Workflow;
  readonly problems: readonly InputProblem[];
}

export const MOST_BYTES = 2 * 1024 * 1024;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const LONGEST_NAME = 63;
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const MOST_ALIASES = 100;

/** The one Workflow of a submitted manifest, with parameters, labels and a name; or what is wrong with it, and where. */
export function readManifest(input: SubmitRunInput): ReadManifest {
  if (Buffer.byteLength(input.manifest) > MOST_BYTES)
    return {
      problems: [
        {
          message: `The manifest has ${Buffer.byteLength(input.manifest)} bytes; at most ${MOST_BYTES} are taken.`,
          path: 'manifest',
        },
      ],
    };
  const lines = new LineCounter();
  const document = parseDocument(input.manifest, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ message, pos: [at] }) => ({
        message: `Not valid YAML: ${message}`,
        line: lines.linePos(at).line,
        column: lines.linePos(at).col,
      })),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    return { problems: [{ message: `Not valid YAML: ${(error as Error).message}` }] };
  }
  const position = (path: readonly string[]): Pick<InputProblem, 'line' | 'column'> => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return { line: lines.linePos(node.range[0]).line, column: lines.linePos(node.range[0]).col };
    }
    return {};
  };
  const problems = problemsOf(value).map(({ path, ...problem }) => ({
    ...problem,
    path: path.join('.'),
    ...position(path),
  }));
  return problems.length > 0 ? { problems } : { workflow: completed(value as Workflow, input), problems };
}

interface Found {
  readonly path: string[];
  readonly message: string;
  readonly hint?: string;
}

function problemsOf(value: unknown): Found[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path: [], message: 'The manifest is no Kubernetes object.' }];
  const { apiVersion, kind, metadata, spec } = value as Partial<Workflow>;
  const problems: Found[] = [];
  if (apiVersion !== 'argoproj.io/v1alpha1')
    problems.push({
      path: ['apiVersion'],
      message: `apiVersion must be argoproj.io/v1alpha1, not ${JSON.stringify(apiVersion ?? null)}.`,
    });
  if (kind !== 'Workflow')
    problems.push({ path: ['kind'], message: `kind must be Workflow, not ${JSON.stringify(kind ?? null)}.` });
  if (!metadata?.name && !metadata?.generateName)
    problems.push({
      path: ['metadata'],
      message: 'The workflow has no name.',
      hint: 'set metadata.name or metadata.generateName',
    });
  if (metadata?.name !== undefined && (!NAME.test(metadata.name) || metadata.name.length > LONGEST_NAME)) {
    problems.push({
      path: ['metadata', 'name'],
      message: `"${metadata.name}" is no name for a workflow.`,
      hint: `lower-case letters, digits, hyphens and dots; at most ${LONGEST_NAME} characters`,
    });
  }
  if (typeof spec !== 'object' || spec === null)
    return [...problems, { path: ['spec'], message: 'The workflow has no spec.' }];
  const templates = (spec.templates ?? []).map(({ name }) => name);
  if (!spec.entrypoint && !spec.workflowTemplateRef)
    problems.push({
      path: ['spec'],
      message: 'The workflow has no entrypoint.',
      hint: `set spec.entrypoint to one of ${templates.join(', ')}`,
    });
  else if (spec.entrypoint && !spec.workflowTemplateRef && !templates.includes(spec.entrypoint)) {
    problems.push({
      path: ['spec', 'entrypoint'],
      message: `There is no template "${spec.entrypoint}".`,
      hint: `templates: ${templates.join(', ')}`,
    });
  }
  return problems;
}

function completed(workflow: Workflow, input: SubmitRunInput): Workflow {
  const { metadata, spec } = workflow;
  const given = new Map((input.parameters ?? []).map(({ name, value }) => [name, value]));
  const known = spec.arguments?.parameters ?? [];
  const parameters = [
    ...known.map((parameter) => ({
      ...parameter,
      ...(given.has(parameter.name) ? { value: given.get(parameter.name) } : {}),
    })),
    ...[...given]
      .filter(([name]) => !known.some((parameter) => parameter.name === name))
      .map(([name, value]) => ({ name, value })),
  ];
  const suffix = Array.from(
    { length: 5 },
    () => SUFFIX_ALPHABET[Math.floor(Math.random() * SUFFIX_ALPHABET.length)],
  ).join('');
  return {
    ...workflow,
    metadata: {
      ...metadata,
      name: metadata.name ?? `${(metadata.generateName ?? '').slice(0, LONGEST_NAME - suffix.length)}${suffix}`,
      namespace: metadata.namespace ?? input.namespace ?? 'default',
      labels: { ...metadata.labels, ...(input.labels as Record<string, string> | null | undefined) },
    },
    spec: parameters.length > 0 ? { ...spec, arguments: { ...spec.arguments, parameters } } : spec,
  };
}

export const toYaml = (workflow: Workflow): string => stringify(workflow, { lineWidth: 0 });
