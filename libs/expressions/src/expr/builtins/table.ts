import { bitBuiltins } from './bits.js';
import type { Builtin } from './builtin.js';
import { collectionBuiltins } from './collections.js';
import { encodingBuiltins } from './encoding.js';
import { numberBuiltins } from './numbers.js';
import { stringBuiltins } from './strings.js';
import { timeBuiltins } from './times.js';

/** Every function that the language itself has; one file for each family. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  [collectionBuiltins, stringBuiltins, numberBuiltins, bitBuiltins, encodingBuiltins, timeBuiltins].flatMap((family) =>
    Object.entries(family),
  ),
);
