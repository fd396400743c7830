import { ExpressionError } from '../expression-error.js';

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'end';
  readonly text: string;
  /** Value of a number or string. */
  readonly value?: number | string;
  readonly offset: number;
  readonly length: number;
}

const OPERATORS = [
  '?.',
  '??',
  '**',
  '..',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '::',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  ',',
  ':',
  ';',
  '?',
  '|',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '<',
  '>',
  '!',
  '#',
  '=',
  '$',
];
const NUMBER = /0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_]*/uy;
const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  '`': '`',
  '/': '/',
};

const at = (pattern: RegExp, text: string, offset: number): string | undefined => {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
};

/** Longest accepted expression, in UTF-16 units. */
const MAX_LENGTH = 262_144;

export function tokenize(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`expression is longer than ${MAX_LENGTH} characters`);
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    offset += at(SPACE, text, offset)?.length ?? 0;
    if (offset >= text.length) break;
    const token = readToken(text, offset);
    tokens.push(token);
    offset += token.length;
  }
  return [...tokens, { kind: 'end', text: 'the end', offset: text.length, length: 0 }];
}

function readToken(text: string, offset: number): Token {
  const char = text.charAt(offset);
  if (char === '"' || char === "'" || char === '`') return readString(text, offset, char);
  const isNumber = /\d/.test(char) || (char === '.' && /\d/.test(text.charAt(offset + 1)));
  const number = isNumber ? at(NUMBER, text, offset) : undefined;
  if (number !== undefined)
    return { kind: 'number', text: number, value: Number(number.replaceAll('_', '')), offset, length: number.length };
  const name = at(NAME, text, offset);
  if (name !== undefined) return { kind: 'name', text: name, offset, length: name.length };
  const operator = OPERATORS.find((candidate) => text.startsWith(candidate, offset));
  if (operator === undefined) throw new ExpressionError(`unrecognized character: ${char}`, offset, 1);
  return { kind: 'operator', text: operator, offset, length: operator.length };
}

function readString(text: string, offset: number, quote: string): Token {
  let value = '';
  for (let index = offset + 1; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === quote) return { kind: 'string', text: value, value, offset, length: index + 1 - offset };
    if (char !== '\\' || quote === '`') {
      value += char;
      continue;
    }
    const [decoded, length] = readEscape(text, index);
    value += decoded;
    index += length - 1;
  }
  throw new ExpressionError('literal not terminated', offset, text.length - offset);
}

function readEscape(text: string, offset: number): [string, number] {
  const rest = text.slice(offset + 1, offset + 10);
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  if (hex) {
    const code = parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
    if (code <= 0x10ffff) return [String.fromCodePoint(code), hex[0].length + 1];
  }
  const simple = ESCAPES[rest.charAt(0)];
  if (simple === undefined) throw new ExpressionError('invalid char escape', offset, 2);
  return [simple, 2];
}
