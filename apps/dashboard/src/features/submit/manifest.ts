import { LenientLexer, tokensBy } from '@argosy/workflow-spec/lenient-lexer';
import { Composer, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, YAMLMap } from 'yaml';

/** An argument of the workflow, as its author declared it. */
export interface ManifestParameter {
  readonly name: string;
  /** What it is when nobody says otherwise; absent when somebody has to. */
  readonly value: string | undefined;
  readonly description: string | undefined;
  /** The values that may be chosen; empty when any may. */
  readonly choices: readonly string[];
}
export interface Problem {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string | null;
  readonly hint: string | null;
}
export interface Manifest {
  readonly parameters: readonly ManifestParameter[];
  /** Faults of the document as YAML. Faults of the workflow are found by the server. */
  readonly problems: readonly Problem[];
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

function scalarText(map: YAMLMap, key: string): string | undefined {
  const node = map.get(key, true);
  // As it was written: 1.10 and 007 are to stay what they are.
  return isScalar(node) ? (node.source ?? text(node.value)) : undefined;
}

function parameterOf(node: unknown): ManifestParameter | undefined {
  if (!isMap(node)) return undefined;
  const name = text(node.get('name'));
  if (!name) return undefined;
  const choices = node.get('enum');
  return {
    name,
    value: scalarText(node, 'value') ?? scalarText(node, 'default'),
    description: scalarText(node, 'description')?.trim(),
    choices: isSeq(choices)
      ? choices.items.flatMap((item) => (isScalar(item) ? [item.source ?? text(item.value) ?? ''] : []))
      : [],
  };
}

function parametersOf(document: Document): ManifestParameter[] {
  const declared = document.getIn(['spec', 'arguments', 'parameters']);
  if (!isSeq(declared)) return [];
  return declared.items.map(parameterOf).filter((parameter) => parameter !== undefined);
}

const OPTIONS = { prettyErrors: false, uniqueKeys: false } as const;
const isSound = ({ errors }: Document): boolean => errors.length === 0;

/** Leniently where that makes sense of all of it, as the server does. */
function documentsOf(source: string, lines: LineCounter): Document[] {
  const documents = parseAllDocuments(source, { ...OPTIONS, lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  if (documents.every(isSound)) return documents;
  const tokens = tokensBy(new LenientLexer(), source);
  const lenient = [...new Composer(OPTIONS).compose(tokens, false, source.length)];
  return lenient.every(isSound) ? lenient : documents;
}

/** What can be told of a manifest while it is being written. */
export function readManifest(source: string): Manifest {
  const lines = new LineCounter();
  const documents = documentsOf(source, lines);
  const problems = documents.flatMap(({ errors }) =>
    errors.map(({ message, pos: [start] }) => {
      const { line, col } = lines.linePos(start);
      return { message, line, column: col, path: null, hint: null };
    }),
  );
  const workflow = documents.find((document) => isMap(document.contents) && document.get('kind') === 'Workflow');
  return { parameters: workflow && problems.length === 0 ? parametersOf(workflow) : [], problems };
}
