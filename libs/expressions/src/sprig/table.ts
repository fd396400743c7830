import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { Callable } from '../expr/value.js';
import type { ObjectValue } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';
import { stringFunctions } from './strings.js';
import { defaultFunctions, dictFunctions, encodingFunctions, listFunctions, numberFunctions } from './values.js';

const FUNCTIONS: ReadonlyMap<string, SprigFunction> = new Map(
  [stringFunctions, numberFunctions, listFunctions, dictFunctions, defaultFunctions, encodingFunctions].flatMap(
    (family) => Object.entries(family),
  ),
);

/** The functions of the sprig library that need nothing of the host: no environment, no network, no files. */
export function sprigFunctions(settings: EvaluationSettings): ObjectValue {
  return new Map(
    [...FUNCTIONS].map(([name, call]) => [name, new Callable(`sprig.${name}`, (args) => call(args, settings))]),
  );
}
