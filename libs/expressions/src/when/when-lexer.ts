import { ExpressionError } from '../expression-error.js';
import { parseWhenTime } from './when-time.js';
import type { WhenToken, WhenTokenKind } from './when-token.js';
import { NEXT_KINDS, PREFIXES, SYMBOLS } from './when-token.js';

const isSpace = (c: string): boolean => /\s/u.test(c);
const isLetter = (c: string): boolean => /\p{L}/u.test(c);
const isDigit = (c: string): boolean => /\p{Nd}/u.test(c);
const isQuote = (c: string): boolean => c === "'" || c === '"';
const isNumeric = (c: string): boolean => isDigit(c) || c === '.';
const isVariable = (c: string): boolean => isLetter(c) || isDigit(c) || c === '_' || c === '.';
const isSymbol = (c: string): boolean => !(isDigit(c) || isLetter(c) || c === '(' || c === ')' || isQuote(c));

const INVALID_TOKEN_HINT = 'try wrapping the affected expression in quotes (")';

/** Reads one `when` text into tokens; what a word means is decided later, so any word is a VARIABLE here. */
export class WhenLexer {
  #at = 0;

  constructor(private readonly text: string) {}

  tokens(): WhenToken[] {
    const tokens: WhenToken[] = [];
    let previous: WhenTokenKind = 'UNKNOWN';
    for (;;) {
      while (this.#at < this.text.length && isSpace(this.#peek())) this.#at++;
      if (this.#at >= this.text.length) return tokens;
      const offset = this.#at;
      const { kind, value } = this.#next(previous);
      tokens.push({ kind, value, offset, length: this.#at - offset });
      previous = kind;
    }
  }

  #next(previous: WhenTokenKind): Pick<WhenToken, 'kind' | 'value'> {
    const start = this.#at;
    const c = this.#peek();
    if (isNumeric(c)) return this.#number(start);
    if (c === ',') return this.#single('SEPARATOR');
    if (c === '(') return this.#single('CLAUSE');
    if (c === ')') return this.#single('CLAUSE_CLOSE');
    if (c === '[') return { kind: 'VARIABLE', value: this.#until((x) => x === ']', 'Unclosed parameter bracket') };
    if (isLetter(c)) return this.#word(start);
    if (isQuote(c)) {
      const value = this.#until(isQuote, 'Unclosed string literal');
      const seconds = parseWhenTime(value);
      return seconds === undefined ? { kind: 'STRING', value } : { kind: 'TIME', value: seconds };
    }
    const symbol = this.#while(isSymbol);
    // "-" is a negation where an operand may begin and a subtraction elsewhere.
    if (NEXT_KINDS[previous].includes('PREFIX') && PREFIXES.has(symbol)) return { kind: 'PREFIX', value: symbol };
    const kind = SYMBOLS.get(symbol);
    if (kind !== undefined) return { kind, value: symbol };
    throw new ExpressionError(`Invalid token: '${symbol}'`, start, this.#at - start, INVALID_TOKEN_HINT);
  }

  #number(start: number): Pick<WhenToken, 'kind' | 'value'> {
    const hex = /^0x([0-9a-fA-F]{1,16})/.exec(this.text.slice(start, start + 18));
    if (hex !== null) {
      this.#at += hex[0].length;
      return { kind: 'NUMERIC', value: Number(hex[0]) };
    }
    const spelling = this.#while(isNumeric);
    if (!/^(\d+\.?\d*|\.\d+)$/.test(spelling)) {
      const length = this.#at - start;
      throw new ExpressionError(
        `Unable to parse numeric value '${spelling}' to float64`,
        start,
        length,
        'put it in quotes to compare it as text',
      );
    }
    return { kind: 'NUMERIC', value: Number(spelling) };
  }

  #word(start: number): Pick<WhenToken, 'kind' | 'value'> {
    const word = this.#while(isVariable);
    if (word === 'true' || word === 'false') return { kind: 'BOOLEAN', value: word === 'true' };
    if (word === 'in' || word === 'IN') return { kind: 'COMPARATOR', value: 'in' };
    if (!word.includes('.')) return { kind: 'VARIABLE', value: word };
    const quoted = `put it in quotes: "${word}"`;
    const length = this.#at - start;
    if (word.endsWith('.')) throw new ExpressionError(`Hanging accessor on token '${word}'`, start, length, quoted);
    for (const field of word.split('.').slice(1)) {
      const first = [...field][0] ?? '';
      if (first.toUpperCase() !== first) {
        const message = `Unable to access unexported field '${field}' in token '${word}'`;
        throw new ExpressionError(message, start, length, quoted);
      }
    }
    return { kind: 'ACCESSOR', value: word };
  }

  #single(kind: WhenTokenKind): Pick<WhenToken, 'kind' | 'value'> {
    const value = this.#peek();
    this.#at++;
    return { kind, value };
  }

  /** Reads while the condition holds, ending at white space; a backslash takes the next character as it is. */
  #while(condition: (c: string) => boolean): string {
    let read = '';
    while (this.#at < this.text.length) {
      let c = this.#peek();
      if (c === '\\') {
        this.#at++;
        c = this.#peek();
        read += c;
        this.#at += c.length;
        continue;
      }
      if (isSpace(c) || !condition(c)) break;
      read += c;
      this.#at += c.length;
    }
    return read;
  }

  /** Reads from behind an opening character to the closing one and steps over it. */
  #until(closes: (c: string) => boolean, unclosed: string): string {
    const start = this.#at;
    this.#at++;
    let read = '';
    while (this.#at < this.text.length) {
      let c = this.#peek();
      if (closes(c)) {
        this.#at++;
        return read;
      }
      if (c === '\\') {
        this.#at++;
        c = this.#peek();
      }
      read += c;
      this.#at += c.length;
    }
    throw new ExpressionError(unclosed, start, this.text.length - start);
  }

  /** One whole code point, or '' at the end. */
  #peek(): string {
    const point = this.text.codePointAt(this.#at);
    return point === undefined ? '' : String.fromCodePoint(point);
  }
}
