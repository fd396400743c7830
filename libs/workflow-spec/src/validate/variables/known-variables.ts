import { closest } from 'fastest-levenshtein';
import { nearest } from '../../suggestion.js';

/** What a check asks of a scope. */
export interface Variables {
  has(name: string): boolean;
  /** For expressions, which see names as a tree: a branch of it, or a member of a value. */
  hasPath(path: string): boolean;
  names(): string[];
}

/** The variables of a scope: names that exist, and prefixes under which any name may. Scopes nest. */
export class KnownVariables implements Variables {
  readonly #names: ReadonlySet<string>;
  readonly #open: readonly string[];

  constructor(
    names: Iterable<string>,
    open: readonly string[] = [],
    private readonly outer?: Variables,
  ) {
    this.#names = new Set(names);
    this.#open = open;
  }

  has(name: string): boolean {
    return (
      this.#names.has(name) || this.#open.some((prefix) => name.startsWith(prefix)) || (this.outer?.has(name) ?? false)
    );
  }

  hasPath(path: string): boolean {
    if (this.has(path)) return true;
    if (this.#open.some((prefix) => prefix.startsWith(`${path}.`))) return true;
    for (const name of this.#names) if (name.startsWith(`${path}.`)) return true;
    return this.outer?.hasPath(path) ?? false;
  }

  names(): string[] {
    return [...this.#names, ...(this.outer?.names() ?? [])];
  }
}

/** The name that was meant: alike in every part, or the same with a part left out. */
export function nearestVariable(variables: Variables, name: string): string | undefined {
  const parts = name.split('.');
  const known = variables.names().map((candidate) => ({ candidate, others: candidate.split('.') }));
  const alike = known.filter(
    ({ others }) =>
      others.length === parts.length && others.every((part, index) => nearest(parts[index] ?? '', [part]) === part),
  );
  if (alike.length > 0)
    return closest(
      name,
      alike.map(({ candidate }) => candidate),
    );
  const longer = known.find(
    ({ others }) => others.length === parts.length + 1 && others[0] === parts[0] && others.at(-1) === parts.at(-1),
  );
  return longer?.candidate;
}
