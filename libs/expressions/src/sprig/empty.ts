import { isList, isObject } from '../expr/value.js';
import type { Value } from '../expr/value.js';

/** What Go's templates call empty. */
export const isEmpty = (value: Value | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && value.size === 0);
