import { closest } from 'fastest-levenshtein';
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

  /** The name that was meant: alike in every part, or the same with a part left out. */
  nearest(name: string): string | undefined {
    const parts = name.split('.');
    const known = this.names();
    const alike = known.filter((candidate) => {
      const others = candidate.split('.');
      return (
        others.length === parts.length && others.every((part, index) => nearest(parts[index] ?? '', [part]) === part)
      );
    });
    if (alike.length > 0) return closest(name, alike);
    return known.find((candidate) => {
      const others = candidate.split('.');
      return others.length === parts.length + 1 && others[0] === parts[0] && others.at(-1) === parts.at(-1);
    });
  }
}
