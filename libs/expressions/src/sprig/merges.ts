import { ExpressionError } from '../expression-error.js';
import { isObject, show, typeOf } from '../expr/value.js';
import type { ObjectValue, Value } from '../expr/value.js';
import { isEmpty } from './empty.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));
const dict = (value: Value | undefined): ObjectValue => {
  if (value !== undefined && isObject(value)) return value;
  throw new ExpressionError(`expected a dict, got ${value === undefined ? 'nothing' : typeOf(value)}`);
};

/** Both, maps in maps too; where both have a value that is not empty, the preferred one's is taken. */
function merged(preferred: ObjectValue, other: ObjectValue): ObjectValue {
  const all = new Map(other);
  for (const [name, value] of preferred) {
    const beside = other.get(name);
    if (beside === undefined) all.set(name, value);
    else if (isObject(value) && isObject(beside)) all.set(name, merged(value, beside));
    else if (!isEmpty(value)) all.set(name, value);
  }
  return all;
}

export const mergeFunctions: Readonly<Record<string, SprigFunction>> = {
  merge: ([first, ...rest]) => rest.reduce((all: ObjectValue, next) => merged(all, dict(next)), dict(first)),
  mergeOverwrite: ([first, ...rest]) => rest.reduce((all: ObjectValue, next) => merged(dict(next), all), dict(first)),
  pluck: ([name, ...dicts]) =>
    dicts.flatMap((values) => {
      const found = dict(values).get(text(name));
      return found === undefined ? [] : [found];
    }),
};
