import { ExpressionError } from '../expression-error.js';
import { show } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { Random } from './random.js';
import type { SprigFunction } from './sprig-function.js';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const MAX_DRAWN = 100_000;

function length(value: Value | undefined): number {
  const count = Number(show(value ?? 0));
  if (!Number.isInteger(count) || count < 0 || count > MAX_DRAWN)
    throw new ExpressionError(`expected a length from 0 to ${MAX_DRAWN}, got ${show(value ?? 0)}`);
  return count;
}

const whole = (value: Value | undefined): number => {
  const number = Number(show(value ?? 0));
  if (!Number.isInteger(number)) throw new ExpressionError(`expected a whole number, got ${show(value ?? 0)}`);
  return number;
};

const bytes = (count: number, random: Random): number[] => Array.from({ length: count }, () => random.byte());

const drawnFrom =
  (letters: string): SprigFunction =>
  ([count], { random }) =>
    Array.from({ length: length(count) }, () => letters[random.below(letters.length)]).join('');

function shuffled(text: string, random: Random): string {
  const letters = [...text];
  length(letters.length);
  for (let i = letters.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [letters[i], letters[other]] = [letters[other] ?? '', letters[i] ?? ''];
  }
  return letters.join('');
}

function uuid(random: Random): string {
  const [version, variant] = [6, 8];
  const hex = bytes(16, random)
    .map((byte, i) => (i === version ? (byte & 0x0f) | 0x40 : i === variant ? (byte & 0x3f) | 0x80 : byte))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const randomFunctions: Readonly<Record<string, SprigFunction>> = {
  randAlpha: drawnFrom(LETTERS),
  randNumeric: drawnFrom(DIGITS),
  randAlphaNum: drawnFrom(LETTERS + DIGITS),
  randAscii: drawnFrom(PRINTABLE),
  randBytes: ([count], { random }) =>
    btoa(
      bytes(length(count), random)
        .map((byte) => String.fromCharCode(byte))
        .join(''),
    ),
  randInt: ([from, to], { random }) => {
    const [low, high] = [whole(from), whole(to)];
    if (high <= low) throw new ExpressionError(`randInt: nothing is from ${low} up to, without, ${high}`);
    return low + random.below(high - low);
  },
  shuffle: ([text = ''], { random }) => shuffled(show(text), random),
  uuidv4: (_args, { random }) => uuid(random),
};
