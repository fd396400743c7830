/** A JSON value that is no list, as Argo's decoder calls it. */
export function notAList(value: unknown): string {
  const kind = typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type []v1alpha1.Item`;
}

/** What is wrong with a text that is no JSON, in the words of Argo's decoder. Null when nothing is, or it is too deep. */
export function jsonProblem(text: string): string | null {
  try {
    const end = space(text, value(text, space(text, 0), 0));
    return end < text.length ? misfit(text, end, 'after top-level value').message : null;
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    if (error instanceof TooDeep) return null;
    throw error;
  }
}

class Misfit extends Error {}

class TooDeep extends Error {}

/** The first byte of the character, as a character. */
const byteOf = (text: string, at: number): string =>
  String.fromCharCode(new TextEncoder().encode(String.fromCodePoint(text.codePointAt(at) ?? 0))[0] ?? 0);

function misfit(text: string, at: number, where: string): Misfit {
  if (at >= text.length) return new Misfit('unexpected end of JSON input');
  const byte = byteOf(text, at);
  const shown = byte === "'" ? "\\'" : byte === '"' ? byte : JSON.stringify(byte).slice(1, -1);
  return new Misfit(`invalid character '${shown}' ${where}`);
}

/** All of these begin at an index and tell where what they read ends. */
type Reader = (text: string, at: number, depth: number) => number;

const after = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
};

const space = (text: string, at: number): number => after(/[ \t\r\n]*/y, text, at);

/** Of what is read by calls within calls. */
const MAX_DEPTH = 1_000;
const LITERALS = ['true', 'false', 'null'];

const value: Reader = (text, at, depth) => {
  if (depth > MAX_DEPTH) throw new TooDeep();
  const first = text.charAt(at);
  if (first === '{') return object(text, at, depth + 1);
  if (first === '[') return array(text, at, depth + 1);
  if (first === '"') return string(text, at, depth);
  if (/[-\d]/.test(first)) return number(text, at, depth);
  const literal = LITERALS.find((candidate) => first !== '' && candidate.startsWith(first));
  if (literal === undefined) throw misfit(text, at, 'looking for beginning of value');
  for (const [index, expected] of [...literal].entries())
    if (text[at + index] !== expected)
      throw misfit(text, at + index, `in literal ${literal} (expecting '${expected}')`);
  return at + literal.length;
};

const array: Reader = (text, at, depth) => {
  let next = space(text, at + 1);
  if (text[next] === ']') return next + 1;
  for (;;) {
    next = space(text, value(text, next, depth));
    if (text[next] === ']') return next + 1;
    if (text[next] !== ',') throw misfit(text, next, 'after array element');
    next = space(text, next + 1);
  }
};

const object: Reader = (text, at, depth) => {
  let next = space(text, at + 1);
  if (text[next] === '}') return next + 1;
  for (;;) {
    if (text[next] !== '"') throw misfit(text, next, 'looking for beginning of object key string');
    next = space(text, string(text, next, depth));
    if (text[next] !== ':') throw misfit(text, next, 'after object key');
    next = space(text, value(text, space(text, next + 1), depth));
    if (text[next] === '}') return next + 1;
    if (text[next] !== ',') throw misfit(text, next, 'after object key:value pair');
    next = space(text, next + 1);
  }
};

const string: Reader = (text, at) => {
  const end = after(/"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[\da-fA-F]{4})*/y, text, at);
  if (text[end] === '"') return end + 1;
  if (text[end] !== '\\') throw misfit(text, end, 'in string literal');
  if (text[end + 1] !== 'u') throw misfit(text, end + 1, 'in string escape code');
  throw misfit(text, after(/[\da-fA-F]*/y, text, end + 2), 'in \\u hexadecimal character escape');
};

const number: Reader = (text, at) => {
  const digits = (from: number, where: string): number => {
    const end = after(/\d+/y, text, from);
    if (end === from) throw misfit(text, from, where);
    return end;
  };
  let next = text[at] === '-' ? at + 1 : at;
  next = text[next] === '0' ? next + 1 : digits(next, 'in numeric literal');
  if (text[next] === '.') next = digits(next + 1, 'after decimal point in numeric literal');
  if (!/[eE]/.test(text.charAt(next))) return next;
  return digits(after(/[-+]/y, text, next + 1), 'in exponent of numeric literal');
};
