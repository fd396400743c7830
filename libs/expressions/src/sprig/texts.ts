import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { RE2JS } from 're2js';
import { ExpressionError } from '../expression-error.js';
import { isList, show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import { compilePattern } from '../regular-expression.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));

function adler32(value: string): number {
  let [a, b] = [1, 0];
  for (const byte of utf8ToBytes(value)) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

export const hashFunctions: Readonly<Record<string, SprigFunction>> = {
  sha1sum: ([value]) => bytesToHex(sha1(utf8ToBytes(text(value)))),
  sha256sum: ([value]) => bytesToHex(sha256(utf8ToBytes(text(value)))),
  sha512sum: ([value]) => bytesToHex(sha512(utf8ToBytes(text(value)))),
  adler32sum: ([value]) => String(adler32(text(value))),
};

/** Matches from the left; a negative limit means all. */
function findAll(pattern: string, value: string, limit: number): string[] {
  const matcher = compilePattern(pattern).matcher(value);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** As Go splits: with a limit the last part is the rest, a limit of 0 gives nothing. */
function split(pattern: string, value: string, limit: number): string[] {
  if (limit === 0) return [];
  const matcher = compilePattern(pattern).matcher(value);
  const parts: string[] = [];
  let from = 0;
  while ((limit < 0 || parts.length < limit - 1) && matcher.find()) {
    if (matcher.end() === 0) continue;
    parts.push(value.slice(from, matcher.start()));
    from = matcher.end();
  }
  return [...parts, value.slice(from)];
}

export const patternFunctions: Readonly<Record<string, SprigFunction>> = {
  regexFindAll: ([pattern, value, limit]) => findAll(text(pattern), text(value), Number(limit ?? -1)),
  regexSplit: ([pattern, value, limit]) => split(text(pattern), text(value), Number(limit ?? -1)),
  regexReplaceAllLiteral: ([pattern, value, replacement]) =>
    compilePattern(text(pattern))
      .matcher(text(value))
      .replaceAll(RE2JS.quoteReplacement(text(replacement))),
  regexQuoteMeta: ([value]) => RE2JS.quote(text(value)),
};

/** Go's path.Clean: no empty, `.` or inner `..` parts. */
function clean(path: string): string {
  const isRooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isRooted) parts.push('..');
  }
  return `${isRooted ? '/' : ''}${parts.join('/')}` || '.';
}

export const pathFunctions: Readonly<Record<string, SprigFunction>> = {
  base: ([path]) => {
    const trimmed = text(path).replace(/\/+$/, '');
    return trimmed === '' ? (text(path) === '' ? '.' : '/') : trimmed.slice(trimmed.lastIndexOf('/') + 1);
  },
  dir: ([path]) => clean(text(path).slice(0, text(path).lastIndexOf('/') + 1)),
  clean: ([path]) => clean(text(path)),
  ext: ([path]) => /\.[^./]*$/.exec(text(path))?.[0] ?? '',
  isAbs: ([path]) => text(path).startsWith('/'),
};

/** Paths of the host are those of Linux, where workflows run. */
export const hostPathFunctions: Readonly<Record<string, SprigFunction>> = Object.fromEntries(
  Object.entries(pathFunctions).map(([name, call]): [string, SprigFunction] => [
    `os${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    call,
  ]),
);

export const moreTextFunctions: Readonly<Record<string, SprigFunction>> = {
  swapcase: ([value]) =>
    text(value).replace(/\p{L}/gu, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ),
  trimall: ([chars, value]) => {
    const members = new Set(text(chars));
    const letters = [...text(value)];
    const first = letters.findIndex((letter) => !members.has(letter));
    return first < 0 ? '' : letters.slice(first, letters.findLastIndex((letter) => !members.has(letter)) + 1).join('');
  },
  splitn: ([separator, count, value]) => {
    const parts = text(value).split(text(separator));
    const limit = Math.max(1, Number(count ?? 1));
    const kept = [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(text(separator))];
    return new Map(kept.map((part, i): [string, Value] => [`_${i}`, part]));
  },
  toStrings: ([values]) => {
    if (values !== undefined && isList(values)) return values.map(show);
    return [text(values)];
  },
  chunk: ([size, values]) => {
    const length = Number(size ?? 0);
    if (!(length > 0) || values === undefined || !isList(values))
      throw new ExpressionError('chunk needs a size and a list');
    return Array.from({ length: Math.ceil(values.length / length) }, (_, i) =>
      values.slice(i * length, (i + 1) * length),
    );
  },
  deepCopy: ([value = null]) => value,
  hello: () => 'Hello!',
};
