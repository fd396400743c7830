import type { PathSegment, Problem } from '../problem.js';
import { formatPath } from '../problem.js';
import type { ObjectShape, Shape } from '../schema/shape.js';
import type { LineIndex } from '../source/line-index.js';
import type { SourceEntry, SourceMapping, SourceNode, SourceScalar, Span } from '../source/source-node.js';
import { headOf, MAX_DEPTH } from '../source/source-node.js';
import { suggest } from '../suggestion.js';
import { decodeScalar } from './decode-scalar.js';
import { toProblem } from './positions.js';
import type { ProblemInput } from './positions.js';
import { describeShape, removedField } from './wording.js';

/** Nodes that aliases may repeat; a document that repeats more is a bomb. */
const MAX_REPEATED = 100_000;

export interface DecodeSettings {
  readonly lines: LineIndex;
  /** Unknown keys are warnings. They are left out of the value either way. */
  readonly lenient: boolean;
  /** Nodes that the source has, without aliases. */
  readonly sourceNodes: number;
}

/** What a value that cannot be used is decoded to: the field is then left out, and no rule stumbles over it. */
const NOTHING = undefined;

/**
 * Turns a source tree into the value its shape describes and notes everything that does not fit.
 * A null is an absent field, as in Kubernetes.
 */
export class Decoder {
  readonly problems: Problem[] = [];
  /** Paths of maps in which something was wrong, so that rules do not complain about what a typing error has hidden. */
  readonly damaged = new Set<string>();
  readonly #path: PathSegment[] = [];
  readonly #told = new Set<string>();
  #faults = 0;
  #budget: number;
  #exhausted = false;

  constructor(private readonly settings: DecodeSettings) {
    this.#budget = settings.sourceNodes + MAX_REPEATED;
  }

  decode(node: SourceNode, shape: Shape): unknown {
    if (this.#path.length > MAX_DEPTH) return this.#wrong(node, { code: 'too-deep', message: 'nested too deeply' });
    if (--this.#budget < 0) {
      if (!this.#exhausted)
        this.#wrong(node, { code: 'too-many-aliases', message: 'aliases repeat too much of the document' });
      this.#exhausted = true;
      return NOTHING;
    }
    if (node.kind === 'scalar') {
      return decodeScalar(node, shape, (input) => this.#wrong(node, input));
    }
    switch (shape.type) {
      case 'any':
        return node.kind === 'sequence' ? this.#list(node.items, () => shape) : this.#map(node, () => shape);
      case 'list':
        return node.kind === 'sequence' ? this.#list(node.items, shape.items) : this.#wrongType(node, shape);
      case 'map':
        return node.kind === 'mapping' ? this.#map(node, shape.values) : this.#wrongType(node, shape);
      case 'object':
        return node.kind === 'mapping' ? this.#object(node, shape) : this.#wrongType(node, shape);
      default:
        return this.#wrongType(node, shape);
    }
  }

  #list(items: readonly SourceNode[], shape: () => Shape): unknown[] {
    const values: unknown[] = [];
    for (const [index, item] of items.entries()) {
      // Every member keeps its place, or positions would be off by one for the rest of the list.
      values.push(this.#at(index, () => this.decode(item, shape())) ?? emptyOf(shape()));
    }
    return values;
  }

  #map(node: SourceMapping, values: () => Shape): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const shape = values();
    for (const { key, value } of this.#unique(node)) {
      const decoded = this.#at(key.text, () => this.decode(value, shape));
      if (decoded !== NOTHING) define(result, key.text, decoded);
      else if (shape.type === 'any') define(result, key.text, null);
    }
    return result;
  }

  #object(node: SourceMapping, shape: ObjectShape): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let isDamaged = false;
    for (const { key, value } of this.#unique(node)) {
      const field = shape.fields.get(key.text) ?? shape.others;
      const before = this.#faults;
      if (field === undefined) this.#unknownKey(key.text, key, shape, node);
      const decoded = field && this.#at(key.text, () => this.decode(value, field()));
      if (decoded !== NOTHING) define(result, key.text, decoded);
      else if (this.#faults > before) isDamaged = true;
    }
    if (isDamaged) this.damaged.add(formatPath(this.#path));
    // What is missing is perhaps what was misspelt.
    const missing = isDamaged ? [] : shape.required.filter((name) => !Object.hasOwn(result, name));
    for (const name of missing) {
      this.#wrong(headOf(node), { code: 'missing', message: `"${name}" is missing` });
      this.damaged.add(formatPath(this.#path));
    }
    return result;
  }

  /** The entries of a map, of those with the same key the first one. */
  #unique({ entries }: SourceMapping): readonly SourceEntry[] {
    const seen = new Set<string>();
    for (const { key } of entries) seen.add(key.text);
    if (seen.size === entries.length) return entries;
    return entries.filter(({ key }) => seen.delete(key.text) || this.#duplicate(key));
  }

  #duplicate(key: SourceScalar): false {
    const message = `the key "${key.text}" is there twice`;
    this.#at(key.text, () => this.#wrong(key, { code: 'duplicate-key', message, hint: 'only one of them can count' }));
    return false;
  }

  #unknownKey(name: string, span: Span, shape: ObjectShape, node: SourceMapping): void {
    const taken = new Set(node.entries.map(({ key }) => key.text));
    const free = [...shape.fields.keys()].filter((field) => !taken.has(field));
    this.#at(name, () =>
      this.#wrong(span, {
        severity: this.settings.lenient ? 'warning' : 'error',
        code: 'unknown-key',
        message: `unknown key "${name}"`,
        hint: removedField(name, shape) ?? suggest(name, free) ?? ownerHint(name, shape, taken),
      }),
    );
  }

  #wrongType(node: SourceNode, shape: Shape): undefined {
    const found = node.kind === 'sequence' ? 'a list' : 'a map';
    const isGroup = node.kind === 'mapping' && this.#path.at(-2) === 'steps';
    const hint = isGroup
      ? 'steps is a list of lists: begin the first step of a group with "- - "'
      : shape.type === 'list'
        ? 'begin each member with "- "'
        : undefined;
    return this.#wrong(headOf(node), {
      code: 'wrong-type',
      message: `expected ${describeShape(shape)}, found ${found}`,
      hint,
    });
  }

  /** A place that aliases repeat is told of once. */
  #wrong(span: Span, input: ProblemInput): undefined {
    this.#faults += 1;
    const fault = `${span.start}:${input.message}`;
    if (!this.#told.has(fault)) this.problems.push(toProblem(this.#path, input, this.settings.lines.position(span)));
    this.#told.add(fault);
    return NOTHING;
  }

  #at<T>(segment: PathSegment, read: () => T): T {
    this.#path.push(segment);
    try {
      return read();
    } finally {
      this.#path.pop();
    }
  }
}

/** `image` in a template, say: the name of a field that exists one level further in. */
function ownerHint(name: string, shape: ObjectShape, taken: ReadonlySet<string>): string | undefined {
  const owners = [...shape.fields].filter(([, field]) => {
    const inner = field();
    return inner.type === 'object' && inner.fields.has(name);
  });
  const present = owners.find(([owner]) => taken.has(owner)) ?? (owners.length === 1 ? owners[0] : undefined);
  return present && `it belongs into "${present[0]}"`;
}

function emptyOf(shape: Shape): unknown {
  if (shape.type === 'object' || shape.type === 'map') return {};
  if (shape.type === 'list') return [];
  return shape.type === 'any' ? null : '';
}

/** Assigning `__proto__` would set the prototype instead. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
