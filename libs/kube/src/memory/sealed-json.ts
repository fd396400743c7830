export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parts smaller than this are copied again rather than remembered: a WeakMap entry costs more than the copy. */
const REMEMBER_FROM_BYTES = 160;
const knownSizes = new WeakMap<object, number>();

/**
 * Copies a value into frozen JSON and tells its approximate size when written. Parts that were sealed before are shared, not
 * copied: patching one node of a large status costs that node. Like JSON, it drops `undefined` and turns dates into strings.
 */
export function seal(value: unknown): { readonly value: Json; readonly bytes: number } {
  if (typeof value === 'string') return { value, bytes: value.length + 2 };
  if (typeof value === 'number') return { value: Number.isFinite(value) ? value : null, bytes: 8 };
  if (typeof value === 'boolean') return { value, bytes: 5 };
  if (typeof value !== 'object' || value === null) return { value: null, bytes: 4 };
  const known = knownSizes.get(value);
  if (known !== undefined) return { value: value as Json, bytes: known };
  if (value instanceof Date) return { value: value.toISOString(), bytes: 26 };
  const sealed = Array.isArray(value) ? sealArray(value) : sealObject(value as Record<string, unknown>);
  if (sealed.bytes >= REMEMBER_FROM_BYTES) knownSizes.set(sealed.value as object, sealed.bytes);
  return sealed;
}

function sealArray(source: readonly unknown[]): { value: Json; bytes: number } {
  let bytes = 2;
  const value = source.map((item) => {
    const sealed = seal(item);
    bytes += sealed.bytes + 1;
    return sealed.value;
  });
  return { value: Object.freeze(value), bytes };
}

function sealObject(source: Record<string, unknown>): { value: Json; bytes: number } {
  let bytes = 2;
  const value: Record<string, Json> = {};
  for (const key of Object.keys(source)) {
    const item = source[key];
    if (item === undefined || typeof item === 'function') continue;
    const sealed = seal(item);
    setOwn(value, key, sealed.value);
    bytes += key.length + 4 + sealed.bytes;
  }
  return { value: Object.freeze(value), bytes };
}

/** Plain assignment, except that a key called `__proto__` stays data. */
export function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item as Json, b[index] as Json));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]));
}

/** The value at a dotted path, or undefined. */
export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}
