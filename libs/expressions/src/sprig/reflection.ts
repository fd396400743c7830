import { show, typeOf } from '../expr/value.js';
import type { Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';

const text = (value: Value | undefined): string => (value === undefined ? '' : show(value));

/** Go's kind and type of a value. */
const GO: Readonly<Record<string, readonly [kind: string, type: string]>> = {
  nil: ['invalid', '<nil>'],
  float: ['float64', 'float64'],
  array: ['slice', '[]interface {}'],
  map: ['map', 'map[string]interface {}'],
  time: ['struct', 'time.Time'],
  duration: ['int64', 'time.Duration'],
};
const kindOf = (value: Value): string => GO[typeOf(value)]?.[0] ?? typeOf(value);
const goTypeOf = (value: Value): string => GO[typeOf(value)]?.[1] ?? typeOf(value);

export const reflectionFunctions: Readonly<Record<string, SprigFunction>> = {
  kindOf: ([value = null]) => kindOf(value),
  kindIs: ([kind, value = null]) => kindOf(value) === text(kind),
  typeOf: ([value = null]) => goTypeOf(value),
  typeIs: ([type, value = null]) => goTypeOf(value) === text(type),
  // A pointer counts as what it points to; nothing here is one.
  typeIsLike: ([type, value = null]) => goTypeOf(value) === text(type),
};
