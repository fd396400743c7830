import { definitions } from '../generated/schema.js';
import type { JsonSchema } from './json-schema.js';

/** What a place in a manifest may hold: the JSON Schema, resolved once and in the form the decoder switches on. */
export type Shape =
  | { readonly type: 'any' }
  | { readonly type: 'string'; readonly allowed: readonly string[] | undefined }
  | { readonly type: 'any-string' }
  | { readonly type: 'integer' }
  | { readonly type: 'number' }
  /** A number, also as a text. */
  | { readonly type: 'numeral' }
  | { readonly type: 'int-or-string' }
  | { readonly type: 'quantity' }
  | { readonly type: 'boolean' }
  | { readonly type: 'list'; readonly items: () => Shape }
  | { readonly type: 'map'; readonly values: () => Shape }
  | ObjectShape;

export interface ObjectShape {
  readonly type: 'object';
  readonly fields: ReadonlyMap<string, () => Shape>;
  readonly required: readonly string[];
  /** What keys hold that are no fields; undefined when there may be none. */
  readonly others: (() => Shape) | undefined;
}

const named = new Map<string, Shape>();
const ANY: Shape = { type: 'any' };

/** The shape of a definition, such as `Workflow` or `Template`. Definitions refer to each other in circles. */
export function shapeOf(name: string): Shape {
  const known = named.get(name);
  if (known) return known;
  const schema = definitions[name];
  if (!schema) throw new Error(`there is no definition ${name}`);
  const shape = name === 'AnyString' ? ({ type: 'any-string' } as const) : toShape(schema);
  named.set(name, shape);
  return shape;
}

function toShape(schema: JsonSchema): Shape {
  const { $ref, type, format } = schema;
  if ($ref !== undefined) return shapeOf($ref.slice('#/definitions/'.length));
  if (format === 'quantity') return { type: 'quantity' };
  if (Array.isArray(type)) return type.includes('integer') ? { type: 'int-or-string' } : { type: 'numeral' };
  switch (type) {
    case 'string':
      return { type: 'string', allowed: allowedTexts(schema) };
    case 'integer':
    case 'number':
    case 'boolean':
      return { type };
    case 'array':
      return { type: 'list', items: lazy(schema.items) };
    case 'object':
      return objectShape(schema);
    default:
      return ANY;
  }
}

function objectShape({ properties, required = [], additionalProperties }: JsonSchema): Shape {
  const hasOthers = additionalProperties !== false;
  const others = lazy(typeof additionalProperties === 'object' ? additionalProperties : undefined);
  if (!properties && hasOthers) return { type: 'map', values: others };
  const fields = new Map(Object.entries(properties ?? {}).map(([name, field]) => [name, lazy(field)]));
  return { type: 'object', fields, required, others: hasOthers ? others : undefined };
}

function lazy(schema: JsonSchema | undefined): () => Shape {
  let shape: Shape | undefined;
  return () => (shape ??= schema === undefined ? ANY : toShape(schema));
}

function allowedTexts({ enum: allowed, const: only }: JsonSchema): readonly string[] | undefined {
  if (typeof only === 'string') return [only];
  return allowed?.filter((value): value is string => typeof value === 'string');
}
