import { closest, distance } from 'fastest-levenshtein';

/** `did you mean "…"?` when one of the known words is near enough to the wrong one, else undefined. */
export function suggest(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || wrong.length > 200) return undefined;
  const candidate = closest(wrong, known);
  const tolerance = Math.max(1, Math.floor(wrong.length / 3));
  return distance(wrong, candidate) <= tolerance ? `did you mean "${candidate}"?` : undefined;
}
