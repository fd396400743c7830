import { closest, distance } from 'fastest-levenshtein';

/** The known word that is near enough to the wrong one to be what was meant. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  if (wrong === '' || wrong.length > 100 || known.length === 0) return undefined;
  const sameLetters = known.find((word) => word.toLowerCase() === wrong.toLowerCase());
  if (sameLetters !== undefined) return sameLetters;
  const swapped = known.find((word) => isSwap(wrong, word));
  if (swapped !== undefined) return swapped;
  const candidate = closest(wrong, known);
  return distance(wrong, candidate) <= toleranceFor(wrong.length) ? candidate : undefined;
}

const letters = (word: string): string => [...word].sort().join('');
/** Two letters in the wrong order, the mistake that fingers make most. */
const isSwap = (wrong: string, word: string): boolean =>
  wrong.length > 2 && wrong.length === word.length && distance(wrong, word) === 2 && letters(wrong) === letters(word);

/** Nearly every short word resembles every other. */
const toleranceFor = (length: number): number =>
  length <= 2 ? 0 : length === 3 ? 1 : Math.max(2, Math.floor(length / 3));

/** `did you mean "image"?`, or what there is to choose from when that is short. */
export function suggest(wrong: string, known: readonly string[]): string | undefined {
  const candidate = nearest(wrong, known);
  if (candidate !== undefined) return `did you mean "${candidate}"?`;
  return known.length > 0 && known.length <= 8 ? `known: ${[...known].sort().join(', ')}` : undefined;
}
