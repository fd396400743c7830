import type { SourceScalar } from './source-node.js';
import {
  APOSTROPHE,
  BACKSLASH,
  codesOf,
  COLON,
  DASH,
  HASH,
  isBlank,
  LINE_END,
  QUOTE,
  skipSpaces,
  SPACE,
  TAB,
  Uncertain,
} from './signs.js';

/** What a plain scalar does not begin with; `?` and `:` sometimes do, but hardly ever. */
const NOT_PLAIN = codesOf(' \t\n#{}[]*"\'|>&!%@`,?:');
const FLOW_SIGNS = codesOf(',[]{}');

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g;
const ESCAPED: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};

/** A scalar that is on one line: plain up to a comment or to the colon behind a key, or in quotes. */
export function readLineScalar(text: string, start: number, inFlow: boolean): SourceScalar {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return doubleQuoted(text, start);
  if (first === APOSTROPHE) return singleQuoted(text, start);
  if (Number.isNaN(first) || NOT_PLAIN.has(first)) throw new Uncertain();
  if (first === DASH && endsPlain(text.charCodeAt(start + 1), inFlow)) throw new Uncertain();
  const end = plainEnd(text, start, inFlow);
  return { kind: 'scalar', text: text.slice(start, end), plain: true, start, end };
}

/** Where the value begins, if the scalar is the key of one; undefined if it is not. */
export function behindColon(text: string, key: SourceScalar, inFlow: boolean): number | undefined {
  const at = skipSpaces(text, key.end);
  if (text.charCodeAt(at) !== COLON) return undefined;
  const isKey = (inFlow && !key.plain) || endsPlain(text.charCodeAt(at + 1), inFlow);
  return isKey ? at + 1 : undefined;
}

function plainEnd(text: string, start: number, inFlow: boolean): number {
  let end = start;
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (code === SPACE) continue;
    if (code === LINE_END || Number.isNaN(code)) return end;
    if (code === TAB) throw new Uncertain();
    if (code === HASH && end < at) return end;
    if (code === COLON && endsPlain(text.charCodeAt(at + 1), inFlow)) return end;
    if (inFlow && FLOW_SIGNS.has(code)) return end;
    end = at + 1;
  }
}

const endsPlain = (code: number, inFlow: boolean): boolean =>
  isBlank(code) || code === TAB || (inFlow && FLOW_SIGNS.has(code));

function singleQuoted(text: string, start: number): SourceScalar {
  let close = text.indexOf("'", start + 1);
  while (close >= 0 && text.charCodeAt(close + 1) === APOSTROPHE) close = text.indexOf("'", close + 2);
  const raw = quoted(text, start, close);
  const content = raw.includes("'") ? raw.replaceAll("''", "'") : raw;
  return { kind: 'scalar', text: content, plain: false, start, end: close + 1 };
}

function doubleQuoted(text: string, start: number): SourceScalar {
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  const raw = quoted(text, start, close);
  const content = raw.includes('\\') ? raw.replace(ESCAPE, unescape) : raw;
  return { kind: 'scalar', text: content, plain: false, start, end: close + 1 };
}

/** What is between the quotes. How lines fold in there is left to the library. */
function quoted(text: string, start: number, close: number): string {
  const raw = text.slice(start + 1, close);
  if (close < 0 || raw.includes('\n')) throw new Uncertain();
  return raw;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

function unescape(_: string, ...[byte, short, long, sign]: (string | undefined)[]): string {
  const hex = byte ?? short ?? long;
  const code = hex === undefined ? NaN : Number.parseInt(hex, 16);
  if (code <= 0x10ffff) return String.fromCodePoint(code);
  const known = sign === undefined ? undefined : ESCAPED[sign];
  if (known === undefined) throw new Uncertain();
  return known;
}
