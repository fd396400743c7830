import { ExpressionError } from '../expression-error.js';
import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { toNumber } from '../expr/builtins/numbers.js';
import { parseJson } from '../expr/builtins/encoding.js';
import { Callable, toJson } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import { sprigFunctions } from '../sprig/table.js';
import { atPath } from './json-path.js';

type ArgoFunction = (args: readonly Value[]) => Value;

/** What Argo adds to the language. */
const FUNCTIONS: Readonly<Record<string, ArgoFunction>> = {
  asInt: ([value]) => toNumber(value, 'int'),
  asFloat: ([value]) => toNumber(value, 'float'),
  toJson: ([value = null]) => JSON.stringify(toJson(value)),
  jsonpath: ([text, path]) => {
    if (typeof text !== 'string' || typeof path !== 'string')
      throw new ExpressionError('jsonpath needs a JSON text and a path');
    return atPath(parseJson(text), path);
  },
};

/** Every function an expression may call besides the builtins; `sprig.*` is a map of functions. */
export function argoFunctions(settings: EvaluationSettings): ReadonlyMap<string, Value> {
  const named = Object.entries(FUNCTIONS).map(([name, call]): [string, Value] => [name, new Callable(name, call)]);
  return new Map<string, Value>([...named, ['sprig', sprigFunctions(settings)]]);
}
