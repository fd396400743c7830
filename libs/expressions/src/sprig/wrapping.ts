import { show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));
const number = (value: Value | undefined): number => Number(text(value)) || 0;

/** Lines of that many characters; a longer word stays whole unless words may be broken. */
function wrapped(value: string, width: number, newLine: string, mayBreakWords: boolean): string {
  const length = Math.max(1, Math.trunc(width));
  const lines: string[] = [];
  let at = 0;
  while (value.length - at > length) {
    if (value[at] === ' ') {
      at++;
      continue;
    }
    const within = value.lastIndexOf(' ', at + length);
    const end = within >= at ? within : mayBreakWords ? at + length : value.indexOf(' ', at + length);
    if (end < 0) break;
    lines.push(value.slice(at, end));
    at = value[end] === ' ' && (within >= at || !mayBreakWords) ? end + 1 : end;
  }
  return [...lines, value.slice(at)].join(newLine);
}

function abbreviated(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 3)}...`;
}

export const wrapFunctions: Readonly<Record<string, SprigFunction>> = {
  wrap: ([width, value]) => wrapped(text(value), number(width), '\n', false),
  wrapWith: ([width, newLine, value]) => wrapped(text(value), number(width), text(newLine), true),
  abbrevboth: ([left, right, value]) => {
    const [all, from, length] = [text(value), number(left), number(right)];
    if (length < 4 || (from > 0 && length < 7) || all.length <= length) return all;
    if (from <= 4) return abbreviated(all, length);
    if (from + length - 3 < all.length) return `...${abbreviated(all.slice(from), length - 3)}`;
    return `...${all.slice(3 - length)}`;
  },
};
