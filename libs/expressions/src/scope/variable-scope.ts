/** What a variable may be worth: Argo's variables are text, some expression scopes hold structure; null is "absent". */
import type { SlowCalls } from '../expr/slow-calls.js';
import type { JsonValue } from '../json.js';

/** A node of the tree that dotted names unfold to. Maps, so that no name can reach a prototype. */
export type ScopeTree = ReadonlyMap<string, ScopeTree | ScopeLeaf>;

/** Wraps a value, so that a map in a value is never mistaken for a level of names. */
export class ScopeLeaf {
  constructor(readonly value: JsonValue) {}
}

type Entries = Iterable<readonly [string, JsonValue | undefined]> | Readonly<Record<string, JsonValue | undefined>>;

const isIterable = (entries: Entries): entries is Iterable<readonly [string, JsonValue | undefined]> =>
  Symbol.iterator in entries;

/** How texts are read that variables go into. */
export interface Reading {
  /** Milliseconds since the Unix epoch for `now()`; undefined where the time is not known. */
  readonly now?: number;
  /** Whether `{{= expression}}` is a tag; where it is not, it stays as it is. Default true. */
  readonly expressionTags?: boolean;
  readonly slowCalls?: SlowCalls | undefined;
}

/**
 * Variables by dotted name, in layers: `extend` makes an inner scope whose names win, at a cost of the names added.
 * Immutable. The tree for expressions is unfolded when first asked for and shares what it can with the outer scope's.
 */
export class VariableScope {
  static readonly empty = new VariableScope(new Map(), undefined, {});

  /** Undefined values are left out. */
  static of(entries: Entries): VariableScope {
    return VariableScope.empty.extend(entries);
  }

  /** No variables, and what else the other says about how to read texts. */
  static like({ reading }: VariableScope): VariableScope {
    const { now: _now, ...rest } = reading;
    return new VariableScope(new Map(), undefined, rest);
  }

  #tree: ScopeTree | undefined;

  private constructor(
    private readonly own: ReadonlyMap<string, JsonValue>,
    private readonly outer: VariableScope | undefined,
    readonly reading: Reading,
  ) {}

  /** The same variables, in texts that are read so. */
  read(reading: Reading): VariableScope {
    return new VariableScope(this.own, this.outer, { ...this.reading, ...reading });
  }

  extend(entries: Entries): VariableScope {
    const own = new Map<string, JsonValue>();
    for (const [name, value] of isIterable(entries) ? entries : Object.entries(entries)) {
      if (value !== undefined) own.set(name, value);
    }
    return own.size === 0 ? this : new VariableScope(own, this, this.reading);
  }

  /** The value of exactly this dotted name; undefined when there is none, null when it is known to be absent. */
  get(name: string): JsonValue | undefined {
    const value = this.own.get(name);
    return value !== undefined ? value : this.outer?.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Every dotted name once, for suggestions; costs as much as the scope is large. */
  names(): string[] {
    return [...new Set([...this.own.keys(), ...(this.outer?.names() ?? [])])];
  }

  /** Dotted names as nested maps. Where both `a` and `a.b` exist, `a` gives way, as in Argo. */
  get tree(): ScopeTree {
    return (this.#tree ??= this.#unfold());
  }

  #unfold(): ScopeTree {
    const outer = this.outer?.tree ?? new Map<string, never>();
    const fresh = new Set<ScopeTree>();
    const root = new Map<string, ScopeTree | ScopeLeaf>(outer);
    fresh.add(root);
    for (const [name, value] of this.own) insert(root, name.split('.'), value, fresh);
    return root;
  }
}

/** Copies levels that belong to an outer scope (not in `fresh`) before it writes to them. */
function insert(
  root: Map<string, ScopeTree | ScopeLeaf>,
  path: readonly string[],
  value: JsonValue,
  fresh: Set<ScopeTree>,
): void {
  let level = root;
  for (const segment of path.slice(0, -1)) {
    const known = level.get(segment);
    let next: Map<string, ScopeTree | ScopeLeaf>;
    if (known !== undefined && !(known instanceof ScopeLeaf) && fresh.has(known)) {
      next = known as Map<string, ScopeTree | ScopeLeaf>;
    } else {
      next = new Map(known instanceof ScopeLeaf ? undefined : known);
      fresh.add(next);
      level.set(segment, next);
    }
    level = next;
  }
  const last = path.at(-1) ?? '';
  const known = level.get(last);
  if (known === undefined || known instanceof ScopeLeaf) level.set(last, new ScopeLeaf(value));
}
