/** A bounded map that forgets what was used longest ago. */
class LeastRecentlyUsed<V> {
  readonly #entries = new Map<string, V>();

  constructor(private readonly capacity: number) {}

  getOrCreate(key: string, create: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const created = create();
    this.#entries.set(key, created);
    if (this.#entries.size > this.capacity) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    return created;
  }

  get size(): number {
    return this.#entries.size;
  }
}

/**
 * Compiled forms by their text. The caller owns it and decides how long it lives; the library itself keeps nothing.
 * Texts longer than `maxTextLength` (UTF-16 units) are compiled every time, so that large documents do not stay alive.
 */
export class ExpressionCache {
  readonly #languages = new Map<CacheableLanguage, LeastRecentlyUsed<object>>();

  /** @param capacity compiled texts kept per language */
  constructor(
    private readonly capacity = 2_000,
    private readonly maxTextLength = 4_096,
  ) {}

  compiled<T extends object>(language: CacheableLanguage, text: string, compile: () => T): T {
    if (text.length > this.maxTextLength) return compile();
    let entries = this.#languages.get(language);
    if (entries === undefined) {
      entries = new LeastRecentlyUsed<object>(this.capacity);
      this.#languages.set(language, entries);
    }
    // One language has one compiler, so what is found under its name has the type that compiler returns.
    return entries.getOrCreate(text, compile) as T;
  }

  /** Number of compiled texts held now, over all languages. */
  get size(): number {
    let total = 0;
    for (const entries of this.#languages.values()) total += entries.size;
    return total;
  }
}

export type CacheableLanguage = 'expression' | 'when' | 'template' | 'depends' | 'condition' | 'json-path';
