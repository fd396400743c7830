import { nearest } from '../../suggestion.js';

/** The variables of a scope: names that exist, and prefixes under which any name may. Scopes nest. */
export class KnownVariables {
  readonly #names: ReadonlySet<string>;
  readonly #open: readonly string[];

  constructor(
    names: Iterable<string>,
    open: readonly string[] = [],
    private readonly outer?: KnownVariables,
  ) {
    this.#names = new Set(names);
    this.#open = open;
  }

  extend(names: Iterable<string>, open: readonly string[] = []): KnownVariables {
    return new KnownVariables(names, open, this);
  }

  has(name: string): boolean {
    return (
      this.#names.has(name) || this.#open.some((prefix) => name.startsWith(prefix)) || (this.outer?.has(name) ?? false)
    );
  }

  /** For expressions, which see names as a tree: a branch of it, or a member of a value. */
  hasPath(path: string): boolean {
    if (this.has(path)) return true;
    if (this.#open.some((prefix) => prefix.startsWith(`${path}.`))) return true;
    for (const name of this.#names) if (name.startsWith(`${path}.`)) return true;
    return this.outer?.hasPath(path) ?? false;
  }

  names(): string[] {
    return [...this.#names, ...(this.outer?.names() ?? [])];
  }

  nearest(name: string): string | undefined {
    return nearest(name, this.names());
  }
}
