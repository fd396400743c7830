/**
 * JSON whose numbers keep their spelling, as in Argo: `1.10` is a version, and an id may have more digits than a double.
 * Numbers that JavaScript would spell otherwise are marked texts between reading and writing.
 */
const MARK = '\u0000';
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** @throws SyntaxError when the text is no JSON */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const marked = text.replace(TEXT_OR_NUMBER, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"\\u0000${token}"`,
  );
  // Who writes the mark itself gets numbers as JavaScript spells them.
  return marked === text || text.includes('\\u0000') ? value : JSON.parse(marked);
}

export const writeJson = (value: unknown): string => JSON.stringify(value ?? null).replace(/"\\u0000([^"]*)"/g, '$1');

/** The same value, the members of its maps in the order of their names, as Go writes them. */
export function sortedByName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedByName);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [name, sortedByName(member)]);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A text as it is, everything else as JSON. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' && !value.startsWith(MARK) ? value : writeJson(value);
