import type { Problem } from '../problem.js';
import { byPosition } from '../problem.js';
import { shapeOf } from '../schema/shape.js';
import { readJson } from '../source/json-reader.js';
import { LineIndex } from '../source/line-index.js';
import type { SourceDocument, SourceMapping, SourceNode } from '../source/source-node.js';
import { readYaml } from '../source/yaml-reader.js';
import { suggest } from '../suggestion.js';
import { Decoder } from './decode.js';
import type { ManifestByKind, WorkflowKind } from './kinds.js';
import { API_GROUP, API_VERSION, isNeighbourKind, isWorkflowKind, WORKFLOW_KINDS } from './kinds.js';
import { Positions, toProblem } from './positions.js';
import { checkText } from './text-checks.js';

/** 3 MiB: twice what an API server stores. */
export const DEFAULT_MAX_BYTES = 3 * 1024 * 1024;

export interface ParseOptions {
  /** Name of the file, for `.json`; the problems do not repeat it. */
  readonly source?: string;
  /** Unknown keys are warnings and not errors. */
  readonly lenient?: boolean;
  /** In UTF-8. */
  readonly maxBytes?: number;
}

export type ParsedDocument = { readonly [K in WorkflowKind]: ParsedDocumentOf<K> }[WorkflowKind];

/**
 * One manifest. Where something was wrong with it, the field is left out of `value`: use it only to find more problems.
 */
export interface ParsedDocumentOf<K extends WorkflowKind> {
  readonly kind: K;
  /** From `metadata.name`, or `metadata.generateName`; may be empty. */
  readonly name: string;
  readonly value: ManifestByKind[K];
  readonly positions: Positions;
  /** Paths of maps in which parsing found something wrong. */
  readonly damaged: ReadonlySet<string>;
}

export interface ParseResult {
  readonly documents: readonly ParsedDocument[];
  readonly problems: readonly Problem[];
  /** Objects of other kinds, which are none of our business, such as a ConfigMap in the same file. */
  readonly others: readonly { readonly kind: string; readonly line: number }[];
}

/** Reads the manifests in a text, YAML (one or many documents) or JSON (one, a list, or a `List`). Never throws. */
export function parseManifests(text: string, options: ParseOptions = {}): ParseResult {
  const refused = checkText(text, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (refused) return { documents: [], problems: [refused], others: [] };
  return new ManifestParser(text, options).parse();
}

class ManifestParser {
  readonly #lines: LineIndex;
  readonly #problems: Problem[] = [];
  readonly #documents: ParsedDocument[] = [];
  readonly #others: { kind: string; line: number }[] = [];

  constructor(
    private readonly text: string,
    private readonly options: ParseOptions,
  ) {
    this.#lines = new LineIndex(text);
  }

  parse(): ParseResult {
    const sources = readSource(this.text, this.options.source);
    for (const { root, problems } of sources) {
      for (const problem of problems) this.#problems.push(toProblem([], problem, this.#lines.position(problem)));
      if (root?.kind === 'sequence') for (const item of root.items) this.#object(item);
      else if (root) this.#object(root);
    }
    if (sources.every(({ root, problems }) => !root && problems.length === 0)) {
      const message = 'there is no manifest in this text';
      this.#problems.push(toProblem([], { code: 'empty', message }, { line: 1, column: 1 }));
    }
    return {
      documents: this.#documents,
      problems: this.#problems.sort(byPosition),
      others: this.#others,
    };
  }

  #object(root: SourceNode): void {
    if (root.kind !== 'mapping') {
      this.#refuse(root, { code: 'wrong-type', message: 'expected a manifest with apiVersion and kind' });
      return;
    }
    const kind = textOf(root, 'kind');
    const apiVersion = textOf(root, 'apiVersion');
    if (kind?.endsWith('List') && entryOf(root, 'items')?.value.kind === 'sequence') {
      const items = entryOf(root, 'items')?.value;
      if (items?.kind === 'sequence') for (const item of items.items) this.#object(item);
      return;
    }
    if (this.#isOurs(root, kind, apiVersion)) this.#decode(root, kind);
  }

  /** Whether it is a manifest of ours; tells when it seems to want to be one and is not. */
  #isOurs(root: SourceMapping, kind: string | undefined, apiVersion: string | undefined): kind is WorkflowKind {
    const at = entryOf(root, 'kind')?.value ?? root.entries[0]?.key ?? root;
    if (kind === undefined) {
      const [wrong] = root.entries
        .map(({ key }) => key.text)
        .filter((name) => suggest(name, ['kind'])?.startsWith('did'));
      const hint = wrong === undefined ? `for example kind: Workflow` : `"${wrong}" is misspelt`;
      this.#refuse(at, { code: 'missing', message: '"kind" is missing', hint });
      return false;
    }
    const [group = ''] = (apiVersion ?? '').split('/');
    const isInGroup = group === API_GROUP;
    if (isWorkflowKind(kind)) {
      if (apiVersion === API_VERSION) return true;
      const version = entryOf(root, 'apiVersion')?.value ?? at;
      const message =
        apiVersion === undefined ? '"apiVersion" is missing' : `there is no ${kind} in apiVersion "${apiVersion}"`;
      this.#refuse(version, { code: 'api-version', message, hint: `write apiVersion: ${API_VERSION}` });
      return false;
    }
    if (isInGroup && !isNeighbourKind(kind)) {
      this.#refuse(at, {
        code: 'unknown-kind',
        message: `unknown kind "${kind}"`,
        hint: suggest(kind, WORKFLOW_KINDS),
      });
    } else this.#others.push({ kind, line: this.#lines.position(root).line });
    return false;
  }

  #decode<K extends WorkflowKind>(root: SourceMapping, kind: K): void {
    const { text } = this;
    const decoder = new Decoder({
      lines: this.#lines,
      lenient: this.options.lenient ?? false,
      // A node takes a character at least.
      sourceNodes: text.length,
    });
    const value = decoder.decode(root, shapeOf(kind)) as ManifestByKind[K];
    for (const problem of decoder.problems) this.#problems.push(problem);
    const positions = new Positions(text, this.#lines, root);
    const { name, generateName } = value.metadata ?? {};
    const document = { kind, name: name ?? generateName ?? '', value, positions, damaged: decoder.damaged };
    this.#documents.push(document as ParsedDocument);
  }

  #refuse(
    node: SourceNode | { start: number; end: number },
    input: { code: string; message: string; hint?: string | undefined },
  ): void {
    const { start, end } = node;
    const position = this.#lines.position({ start, end: 'kind' in node && node.kind !== 'scalar' ? start : end });
    this.#problems.push(toProblem([], input, position));
  }
}

/** JSON is nearly YAML: what looks like JSON is read as such, and as YAML if that says it is fine. */
function readSource(text: string, source: string | undefined): SourceDocument[] {
  const isNamedJson = source?.endsWith('.json') ?? false;
  if (!isNamedJson && !/^\s*[[{]/.test(text)) return readYaml(text);
  const json = readJson(text);
  if (json.problems.length === 0 || isNamedJson) return [json];
  const yaml = readYaml(text);
  return yaml.some(({ problems }) => problems.length > 0) ? [json] : yaml;
}

const entryOf = (node: SourceMapping, name: string) => node.entries.find(({ key }) => key.text === name);

function textOf(node: SourceMapping, name: string): string | undefined {
  const value = entryOf(node, name)?.value;
  return value?.kind === 'scalar' && value.text !== '' ? value.text : undefined;
}
