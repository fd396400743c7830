import { Composer, isAlias, isMap, isScalar, isSeq, Lexer } from 'yaml';
import type { CST, Document, Node, Pair, Scalar, YAMLMap, YAMLParseError } from 'yaml';
import { LenientLexer, tokensBy } from './lenient-lexer.js';
import { readPlainYaml } from './plain-yaml-reader.js';
import type { SourceDocument, SourceEntry, SourceNode, SourceScalar, Span, SyntaxProblem } from './source-node.js';
import { MAX_DEPTH } from './source-node.js';

/** Entries that merge keys (`<<`) may copy per document; more is a bomb. */
const MAX_MERGED = 100_000;

/** Reads every document of a YAML text. A document with a syntax error has no root, the others are read all the same. */
export const readYaml = (text: string): SourceDocument[] => readPlainYaml(text) ?? readAnyYaml(text);

/**
 * All of YAML, by the library. Leniently only where that makes sense of all of it: what is said of a text with a
 * bracket or a quote that is not closed is much better otherwise.
 */
export function readAnyYaml(text: string): SourceDocument[] {
  const read = readBy(new Lexer(), text);
  if (read.every(isSound)) return read;
  const lenient = readBy(new LenientLexer(), text);
  return lenient.every(isSound) ? lenient : read;
}

const isSound = ({ root, problems }: SourceDocument): boolean => root !== undefined || problems.length === 0;

function readBy(lexer: Pick<Lexer, 'lex'>, text: string): SourceDocument[] {
  const tokens = [...tokensBy(lexer, text)];
  const deep = findTooDeep(tokens);
  if (deep) return [{ root: undefined, problems: [tooDeep({ start: deep.offset, end: deep.offset + 1 })] }];
  // The schema makes every scalar a string: what a plain one means is decided by the field it is given to.
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, false, text.length)];
  return documents.map((document) => new YamlReader(text, document).read());
}

/** Composing is recursive, and a stack that runs out inside it can end the process. So depth is checked before, by a loop. */
function findTooDeep(tokens: readonly CST.Token[]): CST.Token | undefined {
  const pending: [CST.Token | null | undefined, number][] = tokens.map((token) => [token, 0]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [token, depth] = next;
    if (!token) continue;
    if (depth > MAX_DEPTH) return token;
    if ('value' in token) pending.push([token.value, depth]);
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if ('key' in item) pending.push([item.key, depth + 1]);
      pending.push([item.value, depth + 1]);
    }
  }
  return undefined;
}

export const tooDeep = ({ start, end }: Span): SyntaxProblem => ({
  severity: 'error',
  code: 'too-deep',
  message: `nested more than ${MAX_DEPTH} levels deep`,
  start,
  end,
});

const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'members of one list or map begin in the same column',
  MULTILINE_IMPLICIT_KEY: 'is a quote, a "- " or a "|" missing?',
  BLOCK_AS_IMPLICIT_KEY: 'put quotes around a text that holds ": "',
  MISSING_CHAR: 'is a quote or a bracket not closed?',
};

class YamlReader {
  readonly #problems: SyntaxProblem[] = [];
  readonly #anchors = new Map<string, SourceNode>();
  #merged = 0;

  constructor(
    private readonly text: string,
    private readonly document: Document.Parsed,
  ) {}

  read(): SourceDocument {
    // After the first error the parser guesses, and most of what it says then is wrong.
    const error = this.document.errors.find((found) => !this.#isQuoteEscape(found));
    if (error) return { root: undefined, problems: [syntaxProblem(error)] };
    const { contents } = this.document;
    const isEmpty = contents === null || (isScalar(contents) && contents.source === '' && contents.type === 'PLAIN');
    return { root: isEmpty ? undefined : this.#node(contents, 0, 0), problems: this.#problems };
  }

  #node(node: Node | null, at: number, depth: number): SourceNode {
    const span = spanOf(node, at);
    if (node === null) return { kind: 'scalar', text: '', plain: true, ...span };
    if (depth > MAX_DEPTH) return this.#refused(tooDeep(span));
    if (isAlias(node)) return this.#alias(node.source, span);
    const read = this.#content(node, span, depth);
    if ('anchor' in node && node.anchor) this.#anchors.set(node.anchor, read);
    return read;
  }

  #content(node: Node, span: Span, depth: number): SourceNode {
    if (isMap(node)) return this.#unquotedTag(span) ?? this.#mapping(node, span, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(item as Node | null, span.start, depth + 1));
      return { kind: 'sequence', items, ...span };
    }
    if (isScalar(node)) {
      const { tag, type } = node;
      if (tag !== undefined && !tag.startsWith('tag:yaml.org,2002:'))
        this.#add('unknown-tag', `the YAML tag ${tag} means nothing here`, span);
      const plain = tag === undefined ? type === 'PLAIN' : tag !== 'tag:yaml.org,2002:str';
      return { kind: 'scalar', text: this.#textOf(node, span), plain, ...span };
    }
    return this.#refused({ severity: 'error', code: 'syntax', message: 'cannot be read', ...span });
  }

  /** Kubernetes' reader knows `\\'` in double quotes, YAML does not. */
  #isQuoteEscape({ code, pos: [start] }: YAMLParseError): boolean {
    return code === 'BAD_DQ_ESCAPE' && this.text.startsWith("\\'", start);
  }

  #textOf({ type, source = '' }: Scalar, span: Span): string {
    if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED') return this.#blockText(source, span);
    if (type !== 'QUOTE_DOUBLE') return source;
    const raw = this.text.slice(span.start, span.end);
    const standard = raw.replace(/\\([^])/g, (escape, sign: string) => (sign === "'" ? sign : escape));
    if (standard === raw) return source;
    const [read] = readBy(new LenientLexer(), standard);
    return read?.root?.kind === 'scalar' ? read.root.text : source;
  }

  /** The library gives the last line a line end that is not there; Kubernetes' reader does not. */
  #blockText(value: string, { start, end }: Span): string {
    const keeps = !/^[|>]\d?-/.test(this.text.slice(start, start + 3));
    if (!keeps || end < this.text.length || !value.endsWith('\n') || this.text.endsWith('\n')) return value;
    const [lastLine = ''] = /[^\n]*$/.exec(this.text) ?? [];
    const isOfSpaces = lastLine.trim() === '' && !/\n +\n$/.test(value);
    return isOfSpaces ? value : value.slice(0, -1);
  }

  #mapping(node: YAMLMap, span: Span, depth: number): SourceNode {
    return { kind: 'mapping', entries: this.#entries(node, depth), ...span };
  }

  /** A template tag without quotes, which YAML reads as a map whose key is a map. */
  #unquotedTag({ start, end }: Span): SourceScalar | undefined {
    if (!this.text.startsWith('{{', start)) return undefined;
    const close = this.text.indexOf('}}', start);
    const tag = this.text.slice(start, close >= 0 && close < end ? close + 2 : end);
    this.#problems.push({
      severity: 'error',
      code: 'unquoted-tag',
      message: 'YAML reads a template tag without quotes as a map',
      start,
      end: start + tag.length,
      hint: `write '${tag}' in quotes`,
    });
    return { kind: 'scalar', text: tag, plain: false, start, end };
  }

  #entries(map: YAMLMap, depth: number): SourceEntry[] {
    const entries: SourceEntry[] = [];
    const merges: SourceNode[] = [];
    for (const { key, value } of map.items as Pair<Node | null, Node | null>[]) {
      const read = this.#key(key, map, depth);
      if (read === undefined) continue;
      const content = this.#node(value, read.end, depth + 1);
      if (read.plain && read.text === '<<') merges.push(content);
      else entries.push({ key: read, value: content });
    }
    return merges.length === 0 ? entries : this.#withMerged(entries, merges);
  }

  #key(key: Node | null, map: YAMLMap, depth: number): SourceScalar | undefined {
    const start = map.range?.[0] ?? 0;
    const read = this.#node(key, start, depth + 1);
    if (read.kind === 'scalar') return read;
    this.#add('syntax', 'a key must be a text', read);
    return undefined;
  }

  /** The map's own entries win over merged ones, and earlier merges over later ones. */
  #withMerged(own: SourceEntry[], merges: readonly SourceNode[]): SourceEntry[] {
    const known = new Set(own.map(({ key }) => key.text));
    const merged: SourceEntry[] = [];
    for (const source of merges.flatMap((node) => (node.kind === 'sequence' ? node.items : [node]))) {
      if (source.kind !== 'mapping') {
        this.#add('merge-key', 'only maps can be merged with <<', source);
        continue;
      }
      for (const entry of source.entries) {
        if (known.has(entry.key.text)) continue;
        if (++this.#merged > MAX_MERGED) {
          this.#add('too-many-aliases', 'merge keys copy too many entries', source);
          return own;
        }
        known.add(entry.key.text);
        merged.push(entry);
      }
    }
    return [...own, ...merged];
  }

  #alias(name: string, span: Span): SourceNode {
    // An anchor is known once its node is complete, so an alias inside it, which would be endless, is not.
    const target = this.#anchors.get(name);
    if (target !== undefined) return target;
    return this.#refused({
      severity: 'error',
      code: 'unknown-anchor',
      message: `there is no complete anchor &${name} before this alias`,
      ...span,
    });
  }

  #add(code: string, message: string, { start, end }: Span): void {
    this.#problems.push({ severity: 'error', code, message, start, end });
  }

  #refused(problem: SyntaxProblem): SourceScalar {
    this.#problems.push(problem);
    const { start, end } = problem;
    // A text, so that nothing seems to be missing.
    return { kind: 'scalar', text: this.text.slice(start, Math.min(end, start + 100)), plain: false, start, end };
  }
}

function spanOf(node: Node | null, at: number): Span {
  const range = node?.range;
  return range ? { start: range[0], end: range[1] } : { start: at, end: at };
}

function syntaxProblem(error: YAMLParseError): SyntaxProblem {
  const hint = SYNTAX_HINTS[error.code];
  const [start, end] = error.pos;
  const message = error.message.replace(/("|')quote$/, '$1');
  return { severity: 'error', code: 'syntax', message, start, end, ...(hint && { hint }) };
}
