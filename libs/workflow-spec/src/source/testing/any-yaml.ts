import fc from 'fast-check';

type Value = string | Value[] | { [key: string]: Value };
/** Answers a number below the bound: which of the ways to write something is taken. */
type Choose = (bound: number) => number;

const PIECES = [
  'a',
  'b c',
  '1.10',
  '~',
  'true',
  '-x',
  'x:y',
  'a#b',
  "it's",
  'say "hi"',
  '{{t}}',
  ': ',
  ' #',
  'ü',
  '\\',
  '',
];
const LINES = ['echo hi', '  more', '', '', '\ttab', 'end # no comment', ' ', 'key: value', '- item', '---'];

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.array(fc.constantFrom(...PIECES), { maxLength: 3 }).map((pieces) => pieces.join('')),
    fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('name', 'a b', 'x-y', 'args', 'when', '1'), tie('value'), { maxKeys: 4 }),
  ),
}));
const root = fc.oneof(
  fc.dictionary(fc.constantFrom('kind', 'spec', 'metadata'), value, { minKeys: 1 }),
  fc.array(value, { minLength: 1 }),
);

/** The same few values, written in all the ways that people write them. */
export const anyYaml: fc.Arbitrary<string> = fc
  .tuple(fc.array(root, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(5039), { minLength: 30, maxLength: 200 }))
  .map(([documents, choices]) => {
    let next = 0;
    const choose: Choose = (bound) => (choices[next++ % choices.length] ?? 0) % bound;
    return new YamlWriter(choose).write(documents);
  });

class YamlWriter {
  constructor(private readonly choose: Choose) {}

  write(documents: readonly Value[]): string {
    const texts = documents.map((document, index) => {
      const marker = index > 0 || this.#rarely() ? `---${this.#lineEnd()}` : '';
      return marker + this.#blankLines(0) + this.#block(document, this.#rarely() ? 2 : 0);
    });
    const text = texts.join('') + (this.#rarely() ? '---\n' : '');
    return this.#rarely() ? text.trimEnd() : text;
  }

  #block(value: Value, indent: number): string {
    const pad = ' '.repeat(indent);
    if (typeof value === 'string') return `${pad}${this.#quoted(value)}${this.#lineEnd()}`;
    if (Array.isArray(value)) return value.map((item) => `${pad}-${this.#item(item, indent)}`).join('');
    return Object.entries(value)
      .map(([key, member]) => `${pad}${this.#key(key)}:${this.#member(member, indent)}`)
      .join('');
  }

  /** What is behind a dash. */
  #item(value: Value, indent: number): string {
    const width = 1 + this.choose(3);
    if (isEmpty(value) || typeof value === 'string' || this.#rarely()) return this.#member(value, indent, false);
    return ' '.repeat(width) + this.#block(value, indent + 1 + width).trimStart();
  }

  /** What is behind a colon. */
  #member(value: Value, indent: number, isInMap = true): string {
    if (value === '' && this.choose(2) === 0) return this.#lineEnd() + this.#blankLines(indent);
    const space = ' '.repeat(1 + (this.#rarely() ? 2 : 0));
    if (this.#rarely())
      return `${this.#lineEnd()}${' '.repeat(indent + 1)}${this.#flow(value, indent)}${this.#lineEnd()}`;
    if (typeof value === 'string') return space + this.#text(value, indent) + this.#blankLines(indent);
    if (isEmpty(value) || this.choose(4) === 0)
      return space + this.#flow(value, indent) + this.#lineEnd() + this.#blankLines(indent);
    const isFlush = isInMap && Array.isArray(value) && this.choose(2) === 0;
    const inner = indent + (isFlush ? 0 : 1 + this.choose(4));
    return this.#lineEnd() + this.#blankLines(inner) + this.#block(value, inner);
  }

  #text(text: string, indent: number): string {
    if (text.includes('\n') || this.#rarely()) return this.#blockText(text, indent);
    return this.#scalar(text, false) + this.#lineEnd();
  }

  #blockText(text: string, indent: number): string {
    const width = 1 + this.choose(3);
    const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
    const digit = first.startsWith(' ') || this.#rarely() ? String(width) : '';
    const chomping = ['', '-', '+'][this.choose(3)] ?? '';
    const header = (this.choose(2) ? '|' : '>') + (this.choose(2) ? digit + chomping : chomping + digit);
    const pad = ' '.repeat(indent + width);
    const lines = text.split('\n').map((line) => (line.trim() === '' && this.choose(2) ? line : pad + line));
    return `${header}${this.#rarely() ? ' # note' : ''}\n${lines.join('\n')}\n`;
  }

  #flow(value: Value, indent: number): string {
    if (typeof value === 'string') return this.#scalar(value.replaceAll('\n', ' '), true);
    const spaces = [1, 2, 3].map(() => this.#flowSpace(indent)) as [string, string, string];
    const members = Array.isArray(value)
      ? value.map((item) => this.#flow(item, indent))
      : Object.entries(value).map(([key, member]) => {
          const space = this.#rarely() ? this.#flowSpace(indent) || ' ' : ' ';
          return `${this.#key(key)}:${space}${this.#flow(member, indent)}`;
        });
    const content = `${spaces[0]}${members.join(`,${spaces[1]}`)}${members.length > 0 && this.#rarely() ? ',' : ''}${spaces[2]}`;
    return Array.isArray(value) ? `[${content}]` : `{${content}}`;
  }

  #flowSpace(indent: number): string {
    const lineEnd = `\n${' '.repeat(indent + this.choose(4))}`;
    return ['', ' ', '  ', ' ', lineEnd, `${lineEnd} `][this.choose(6)] ?? '';
  }

  #key(key: string): string {
    return (this.choose(6) === 0 ? this.#quoted(key) : key) + (this.#rarely() ? ' ' : '');
  }

  #scalar(text: string, isInFlow: boolean): string {
    const isPlain =
      /^[\w~ü-][^\n]*$/.test(text) && !/: | #|:$|^-?$|^- |\s$/.test(text) && !(isInFlow && /[,[\]{}]/.test(text));
    return isPlain && this.choose(3) > 0 ? text : this.#quoted(text);
  }

  #quoted(text: string): string {
    if (this.choose(2) && !text.includes('\n')) return `'${text.replaceAll("'", "''")}'`;
    const escaped = JSON.stringify(text);
    return this.#rarely() ? escaped.replace(/[ab]/, (letter) => `\\x6${letter === 'a' ? 1 : 2}`) : escaped;
  }

  #lineEnd(): string {
    return ['\n', '\n', '\n', '\n', '  \n', ' # comment\n', '   #\n'][this.choose(7)] ?? '\n';
  }

  /** Blank lines and comments, in any column. */
  #blankLines(indent: number): string {
    if (this.choose(4) > 0) return '';
    const lines = Array.from({ length: 1 + this.choose(3) }, () => {
      const pad = ' '.repeat(Math.max(0, indent - 2 + this.choose(5)));
      return ['\n', `${pad}\n`, `${pad}# ${indent}\n`, `${pad}#\n`][this.choose(4)] ?? '';
    });
    return lines.join('');
  }

  #rarely(): boolean {
    return this.choose(9) === 0;
  }
}

const isEmpty = (value: Value): boolean => typeof value !== 'string' && Object.keys(value).length === 0;

export interface Mutation {
  readonly kind: 'delete' | 'insert' | 'duplicate' | 'delete-line' | 'duplicate-line' | 'move-line' | 'indent-line';
  /** Of the text, or of its lines: a share of 1. */
  readonly at: number;
  readonly sign: string;
}

const SIGNS = [
  ...' \n:-#\'"{}[],|>&*!?%@`\t\r~<.0\\',
  ...[
    '  ',
    '\n\n',
    ': ',
    '- ',
    ' #',
    '# c\n',
    '---\n',
    '...\n',
    '--- ',
    '\r\n',
    '&a ',
    '*a',
    '!!str ',
    '? ',
    '<<: ',
    '{{x}}',
  ],
  ...['|\n', '>-\n', '|2', ' :', '\u00a0', '\u2028', '\ufeff', '%YAML', 'x', '\\u0041', '\\q', '\n ', '\n  # c'],
];
export const anyMutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Mutation['kind']>(
      ...([
        'delete',
        'insert',
        'insert',
        'duplicate',
        'delete-line',
        'duplicate-line',
        'move-line',
        'indent-line',
      ] as const),
    ),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    sign: fc.constantFrom(...SIGNS),
  }),
  { minLength: 1, maxLength: 3 },
);

export function mutated(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((result, mutation) => mutate(result, mutation), text);
}

function mutate(text: string, { kind, at, sign }: Mutation): string {
  const offset = Math.floor(at * text.length);
  const lines = text.split('\n');
  const index = Math.floor(at * lines.length);
  const line = lines[index] ?? '';
  switch (kind) {
    case 'delete':
      return text.slice(0, offset) + text.slice(offset + 1);
    case 'insert':
      return text.slice(0, offset) + sign + text.slice(offset);
    case 'duplicate':
      return text.slice(0, offset + 1) + text.slice(offset);
    case 'delete-line':
      return lines.toSpliced(index, 1).join('\n');
    case 'duplicate-line':
      return lines.toSpliced(index, 0, line).join('\n');
    case 'move-line':
      return lines
        .toSpliced(index, 1)
        .toSpliced((index * 7) % lines.length, 0, line)
        .join('\n');
    case 'indent-line':
      return lines.with(index, sign.startsWith(' ') ? line.slice(1) : ` ${line}`).join('\n');
  }
}
