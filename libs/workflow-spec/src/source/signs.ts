/** The characters that mean something in YAML, by their codes: comparing numbers is what makes reading fast. */
export const TAB = 9;
export const LINE_END = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const APOSTROPHE = 39;
export const COMMA = 44;
export const DASH = 45;
export const COLON = 58;
export const GREATER = 62;
export const BRACKET = 91;
export const BACKSLASH = 92;
export const BRACKET_END = 93;
export const BRACE = 123;
export const BAR = 124;
export const BRACE_END = 125;

export const codesOf = (signs: string): ReadonlySet<number> => new Set([...signs].map((sign) => sign.charCodeAt(0)));

/** A space, the end of a line or the end of the text. */
export const isBlank = (code: number): boolean => code === SPACE || code === LINE_END || Number.isNaN(code);

export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
}

/** Thrown where it is not certain how a text is to be read: the library then reads it. */
export class Uncertain extends Error {}
