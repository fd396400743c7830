import { ExpressionError } from '../../expression-error.js';
import type { Argument, Builtin } from './builtin.js';
import { numberArg } from './builtin.js';

/** Whole numbers are of 64 bits, as in Go; those beyond 2^53 lose their last digits on the way back. */
const whole = (arg: Argument | undefined): bigint => {
  const number = numberArg(arg);
  if (!Number.isInteger(number)) throw new ExpressionError(`expected a whole number, got ${number}`);
  return BigInt.asIntN(64, BigInt(number));
};
const signed = (bits: bigint): number => Number(BigInt.asIntN(64, bits));

function shift(arg: Argument | undefined): bigint {
  const by = whole(arg);
  if (by < 0n) throw new ExpressionError(`invalid operation: negative shift count ${by} (type int)`);
  return by > 64n ? 64n : by;
}

export const bitBuiltins: Readonly<Record<string, Builtin>> = {
  bitand: ([a, b]) => signed(whole(a) & whole(b)),
  bitor: ([a, b]) => signed(whole(a) | whole(b)),
  bitxor: ([a, b]) => signed(whole(a) ^ whole(b)),
  /** Go's `&^`: clears in the first what is set in the second. */
  bitnand: ([a, b]) => signed(whole(a) & ~whole(b)),
  bitnot: ([a]) => signed(~whole(a)),
  bitshl: ([a, by]) => signed(whole(a) << shift(by)),
  bitshr: ([a, by]) => signed(whole(a) >> shift(by)),
  bitushr: ([a, by]) => signed(BigInt.asUintN(64, whole(a)) >> shift(by)),
};
