import { closest, distance } from 'fastest-levenshtein';

/** The known word that is near enough to the wrong one to be what was meant. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  if (wrong === '' || wrong.length > 100 || known.length === 0) return undefined;
  const sameLetters = known.find((word) => word.toLowerCase() === wrong.toLowerCase());
  if (sameLetters !== undefined) return sameLetters;
  const candidate = closest(wrong, known);
  return distance(wrong, candidate) <= toleranceFor(wrong.length) ? candidate : undefined;
}

/** Two letters swapped count as two changes; nearly every short word resembles every other. */
const toleranceFor = (length: number): number =>
  length <= 2 ? 0 : length === 3 ? 1 : Math.max(2, Math.floor(length / 3));

/** `did you mean "image"?`, or what there is to choose from when that is short. */
export function suggest(wrong: string, known: readonly string[]): string | undefined {
  const candidate = nearest(wrong, known);
  if (candidate !== undefined) return `did you mean "${candidate}"?`;
  return known.length > 0 && known.length <= 8 ? `known: ${[...known].sort().join(', ')}` : undefined;
}
