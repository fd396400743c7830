import { KubeError } from '../port/errors.js';
import type { Json } from './sealed-json.js';
import { isEqual, isObject, setOwn } from './sealed-json.js';

interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

const refuse = (message: string): never => {
  throw new KubeError(
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
    422,
    'never',
  );
};

const OPS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];
const isOperation = (value: Json): value is Json & Operation =>
  isObject(value) && typeof value.path === 'string' && typeof value.op === 'string' && OPS.includes(value.op);

/** RFC 6902. Untouched parts of the target are shared with the result. */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new KubeError('BadRequest', 'a JSON patch must be a list of operations', 400);
  return (patch as readonly Json[]).reduce<Json>((document, operation) => {
    if (!isOperation(operation)) return refuse(`not a JSON patch operation: ${JSON.stringify(operation)}`);
    return apply(document, operation);
  }, target);
}

function apply(document: Json, operation: Operation): Json {
  const path = parse(operation.path);
  switch (operation.op) {
    case 'add':
      return put(document, path, operation.value ?? null, 'add');
    case 'replace':
      read(document, path, operation.path);
      return put(document, path, operation.value ?? null, 'replace');
    case 'remove':
      return removeAt(document, path, operation.path);
    case 'test':
      if (!isEqual(read(document, path, operation.path), operation.value ?? null))
        refuse(`testing value ${operation.path} failed: test failed`);
      return document;
    case 'copy':
    case 'move': {
      const from = parse(operation.from ?? '');
      const value = read(document, from, operation.from ?? '');
      const rest = operation.op === 'move' ? removeAt(document, from, operation.from ?? '') : document;
      return put(rest, path, value, 'add');
    }
  }
}

function parse(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) refuse(`path "${pointer}" does not begin with "/"`);
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function index(list: readonly Json[], key: string, limit: number): number {
  const position = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  if (position < 0 || position > limit) refuse(`index ${key} is out of range for a list of ${list.length}`);
  return position;
}

function child(container: Json, key: string, pointer: string): Json {
  if (Array.isArray(container)) {
    const list = container as readonly Json[];
    return list[index(list, key, list.length - 1)] as Json;
  }
  if (isObject(container) && Object.hasOwn(container, key)) return container[key] as Json;
  return refuse(`path "${pointer}" does not exist`);
}

const read = (document: Json, path: readonly string[], pointer: string): Json =>
  path.reduce((current, key) => child(current, key, pointer), document);

function put(container: Json, path: readonly string[], value: Json, mode: 'add' | 'replace'): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    const list = [...(container as readonly Json[])];
    if (rest.length > 0) list[index(list, key, list.length - 1)] = put(child(list, key, key), rest, value, mode);
    else if (mode === 'replace') list[index(list, key, list.length - 1)] = value;
    else list.splice(key === '-' ? list.length : index(list, key, list.length), 0, value);
    return list;
  }
  if (!isObject(container)) return refuse(`nothing can be put below "${key}"`);
  const copy: Record<string, Json> = { ...container };
  setOwn(copy, key, rest.length === 0 ? value : put(child(container, key, key), rest, value, mode));
  return copy;
}

function removeAt(container: Json, path: readonly string[], pointer: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return refuse('the whole document cannot be removed');
  const present = child(container, key, pointer);
  if (rest.length > 0) return put(container, [key], removeAt(present, rest, pointer), 'replace');
  if (Array.isArray(container)) return (container as readonly Json[]).filter((_, position) => position !== Number(key));
  const copy: Record<string, Json> = { ...(container as Record<string, Json>) };
  delete copy[key];
  return copy;
}
