import { findTags } from '@argosy/expressions';

/** A text with a word in the place of every tag, to look at before the tags are replaced. */
export function withPlaceholders(text: string): string {
  let [result, at] = ['', 0];
  for (const { start, end } of findTags(text)) {
    // A tag within a tag.
    if (start < at) continue;
    result += `${text.slice(at, start)}x`;
    at = end;
  }
  return result + text.slice(at);
}
