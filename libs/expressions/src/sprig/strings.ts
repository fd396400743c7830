import { ExpressionError } from '../expression-error.js';
import { compilePattern } from '../regular-expression.js';
import { isList, show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));
const count = (value: Value | undefined): number => {
  const number = Number(text(value));
  if (!Number.isFinite(number)) throw new ExpressionError(`expected a number, got ${text(value)}`);
  return Math.trunc(number);
};
const MAX_REPEAT = 1_000_000;
const words = (value: string): string[] => value.split(/[\s_-]+|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export const stringFunctions: Readonly<Record<string, SprigFunction>> = {
  trim: ([value]) => text(value).trim(),
  trimAll: ([chars, value]) => {
    const members = new Set(text(chars));
    const letters = [...text(value)];
    const first = letters.findIndex((char) => !members.has(char));
    return first < 0 ? '' : letters.slice(first, letters.findLastIndex((char) => !members.has(char)) + 1).join('');
  },
  trimPrefix: ([prefix, value]) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : text(value),
  trimSuffix: ([suffix, value]) =>
    text(suffix) !== '' && text(value).endsWith(text(suffix))
      ? text(value).slice(0, -text(suffix).length)
      : text(value),
  upper: ([value]) => text(value).toUpperCase(),
  lower: ([value]) => text(value).toLowerCase(),
  title: ([value]) => text(value).replace(/(^|\s)\S/g, (letter) => letter.toUpperCase()),
  untitle: ([value]) => text(value).replace(/(^|\s)\S/g, (letter) => letter.toLowerCase()),
  repeat: ([times, value]) => {
    if (count(times) * text(value).length > MAX_REPEAT)
      throw new ExpressionError(`repeat would make more than ${MAX_REPEAT} characters`);
    return text(value).repeat(Math.max(0, count(times)));
  },
  substr: ([from, to, value]) => text(value).slice(Math.max(0, count(from)), count(to) < 0 ? undefined : count(to)),
  nospace: ([value]) => text(value).replace(/\s/g, ''),
  trunc: ([length, value]) =>
    count(length) < 0 ? text(value).slice(count(length)) : text(value).slice(0, count(length)),
  abbrev: ([length, value]) =>
    text(value).length <= count(length) || count(length) < 4
      ? text(value)
      : `${text(value).slice(0, count(length) - 3)}...`,
  initials: ([value]) =>
    words(text(value))
      .map((word) => word.charAt(0))
      .join(''),
  contains: ([part, value]) => text(value).includes(text(part)),
  hasPrefix: ([prefix, value]) => text(value).startsWith(text(prefix)),
  hasSuffix: ([suffix, value]) => text(value).endsWith(text(suffix)),
  quote: (values) => values.map((value) => JSON.stringify(text(value))).join(' '),
  squote: (values) => values.map((value) => `'${text(value)}'`).join(' '),
  cat: (values) => values.map(text).join(' '),
  indent: ([spaces, value]) => text(value).replace(/^/gm, ' '.repeat(Math.min(1000, Math.max(0, count(spaces))))),
  nindent: ([spaces, value]) =>
    `\n${text(value).replace(/^/gm, ' '.repeat(Math.min(1000, Math.max(0, count(spaces)))))}`,
  replace: ([from, to, value]) => text(value).replaceAll(text(from), () => text(to)),
  plural: ([one, many, amount]) => (count(amount) === 1 ? text(one) : text(many)),
  snakecase: ([value]) =>
    words(text(value))
      .map((word) => word.toLowerCase())
      .join('_'),
  kebabcase: ([value]) =>
    words(text(value))
      .map((word) => word.toLowerCase())
      .join('-'),
  camelcase: ([value]) =>
    words(text(value))
      .map((word) => capital(word.toLowerCase()))
      .join(''),
  join: ([separator, list]) =>
    Array.isArray(list) && list !== undefined && isList(list) ? list.map(text).join(text(separator)) : text(list),
  splitList: ([separator, value]) => text(value).split(text(separator)),
  split: ([separator, value]) =>
    new Map(
      text(value)
        .split(text(separator))
        .map((part, index): [string, Value] => [`_${index}`, part]),
    ),
  toString: ([value]: readonly Value[]) => text(value),
  regexMatch: ([pattern, value]) => compilePattern(text(pattern)).matcher(text(value)).find(),
  regexFind: ([pattern, value]) => {
    const matcher = compilePattern(text(pattern)).matcher(text(value));
    return matcher.find() ? (matcher.group() ?? '') : '';
  },
  regexReplaceAll: ([pattern, value, replacement]) =>
    compilePattern(text(pattern))
      .matcher(text(value))
      .replaceAll(text(replacement).replace(/\$\{(\w+)\}/g, '$$$1')),
};
