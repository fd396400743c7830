import { show } from '../value.js';
import { anyArg, listArg, numberArg, textArg } from './builtin.js';
import type { Builtin } from './builtin.js';

function trimChars(text: string, chars: string | undefined): string {
  if (chars === undefined) return text.trim();
  const members = new Set(chars);
  let from = 0;
  let to = text.length;
  while (from < to && members.has(text.charAt(from))) from++;
  while (to > from && members.has(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  trim: ([text, chars]) => trimChars(textArg(text), chars === undefined ? undefined : textArg(chars)),
  trimPrefix: ([text, prefix]) => {
    const [whole, start] = [textArg(text), textArg(prefix)];
    return whole.startsWith(start) ? whole.slice(start.length) : whole;
  },
  trimSuffix: ([text, suffix]) => {
    const [whole, end] = [textArg(text), textArg(suffix)];
    return end !== '' && whole.endsWith(end) ? whole.slice(0, -end.length) : whole;
  },
  upper: ([text]) => textArg(text).toUpperCase(),
  lower: ([text]) => textArg(text).toLowerCase(),
  split: ([text, separator, limit]) => {
    const parts = textArg(text).split(textArg(separator));
    if (limit === undefined || numberArg(limit) < 0 || parts.length <= numberArg(limit)) return parts;
    const head = parts.slice(0, numberArg(limit) - 1);
    return numberArg(limit) === 0 ? [] : [...head, parts.slice(head.length).join(textArg(separator))];
  },
  splitAfter: ([text, separator]) => {
    const parts = textArg(text).split(textArg(separator));
    return parts.map((part, index) => (index < parts.length - 1 ? part + textArg(separator) : part));
  },
  replace: ([text, from, to], { budget }) => {
    const [whole, old, fresh] = [textArg(text), textArg(from), textArg(to)];
    budget.allocate(whole.length * (fresh.length + 1));
    return whole.replaceAll(old, () => fresh);
  },
  repeat: ([text, count], { budget }) => {
    const times = Math.max(0, numberArg(count));
    budget.allocate(textArg(text).length * times);
    return textArg(text).repeat(times);
  },
  join: ([list, separator]) =>
    listArg(list)
      .map(show)
      .join(separator === undefined ? '' : textArg(separator)),
  indexOf: ([text, part]) => textArg(text).indexOf(textArg(part)),
  lastIndexOf: ([text, part]) => textArg(text).lastIndexOf(textArg(part)),
  hasPrefix: ([text, prefix]) => textArg(text).startsWith(textArg(prefix)),
  hasSuffix: ([text, suffix]) => textArg(text).endsWith(textArg(suffix)),
  string: ([value]) => show(anyArg(value)),
};
