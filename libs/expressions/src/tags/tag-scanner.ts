/**
 * A `{{…}}` in a text. Offsets are UTF-16 units in the scanned text and include the braces.
 * Parts are the pieces between the braces (behind the `=` of an expression): text and tags nested in it.
 */
export interface Tag {
  readonly kind: 'simple' | 'expression';
  readonly start: number;
  readonly end: number;
  readonly parts: readonly TemplatePart[];
}
export type TemplatePart = string | Tag;

const OPEN = '{{';
const CLOSE = '}}';

interface OpenTag {
  readonly kind: Tag['kind'];
  readonly start: number;
  readonly parts: TemplatePart[];
  /** Single braces open inside an expression, such as those of a map. */
  braces: number;
  /** The quote of the string the scan is in, inside an expression; its braces close nothing. */
  quote: string;
}

/**
 * The text as literals and tags, in order, whose concatenation is the text. Inner tags belong to their outer tag;
 * braces that are never closed are plain text, and what they seemed to enclose is scanned on its own.
 */
export function parseTemplate(text: string): readonly TemplatePart[] {
  if (!text.includes(OPEN)) return text === '' ? [] : [text];
  return new TagScanner(text).scan();
}

/** All tags of a text, outer before inner, in order of appearance. */
export function findTags(text: string): readonly Tag[] {
  return tagsIn(parseTemplate(text));
}

export function tagsIn(parts: readonly TemplatePart[]): readonly Tag[] {
  const tags: Tag[] = [];
  const pending = [...parts].reverse();
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (typeof part === 'string') continue;
    tags.push(part);
    for (let i = part.parts.length - 1; i >= 0; i--) pending.push(part.parts[i] ?? '');
  }
  return tags;
}

/** The name in a simple tag, or undefined while a nested tag still decides it. */
export function simpleName(tag: Tag): string | undefined {
  if (tag.kind !== 'simple' || tag.parts.length > 1 || typeof tag.parts[0] === 'object') return undefined;
  return (tag.parts[0] ?? '').trim();
}

/** Where the text between the braces begins. */
export function bodyStart(tag: Tag): number {
  return tag.start + OPEN.length + (tag.kind === 'expression' ? 1 : 0);
}

class TagScanner {
  readonly #root: TemplatePart[] = [];
  readonly #open: OpenTag[] = [];
  #at = 0;
  #literal = 0;
  /** Set once an expression turned out malformed: from there on the first closing braces close, whatever is open. */
  #careless = false;

  constructor(private readonly text: string) {}

  scan(): readonly TemplatePart[] {
    this.#scanToEnd();
    const malformed = this.#open.findIndex((tag) => tag.kind === 'expression');
    if (malformed >= 0) this.#rescanFrom(malformed);
    this.#flush();
    while (this.#open.length > 0) this.#dissolve();
    return mergeText(this.#root);
  }

  #scanToEnd(): void {
    const { text } = this;
    while (this.#at < text.length) {
      const top = this.#open.at(-1);
      // Of three braces inside a tag the last two open the inner one.
      const isInnermost = top === undefined || !text.startsWith('{{{', this.#at);
      if (text.startsWith(OPEN, this.#at) && isInnermost) this.#enter();
      else if (top?.kind === 'expression' && !this.#careless) this.#stepInExpression(top);
      else if (top !== undefined && text.startsWith(CLOSE, this.#at)) this.#leave();
      else this.#at++;
    }
  }

  /** Happens once at most, so that scanning stays linear. */
  #rescanFrom(index: number): void {
    const [tag] = this.#open.splice(index);
    if (tag === undefined) return;
    this.#careless = true;
    this.#at = this.#literal = tag.start;
    this.#scanToEnd();
  }

  #enter(): void {
    this.#flush();
    const start = this.#at;
    const isExpression = this.text.charAt(start + OPEN.length) === '=';
    this.#open.push({ kind: isExpression ? 'expression' : 'simple', start, parts: [], braces: 0, quote: '' });
    this.#at = this.#literal = start + OPEN.length + (isExpression ? 1 : 0);
  }

  #stepInExpression(top: OpenTag): void {
    const c = this.text.charAt(this.#at);
    if (top.quote !== '') {
      if (c === '\\' && top.quote !== '`') this.#at++;
      else if (c === top.quote) top.quote = '';
    } else if (c === '"' || c === "'" || c === '`') {
      top.quote = c;
    } else if (c === '{') {
      top.braces++;
    } else if (c === '}') {
      if (top.braces === 0 && this.text.startsWith(CLOSE, this.#at)) {
        this.#leave();
        return;
      }
      if (top.braces > 0) top.braces--;
    }
    this.#at++;
  }

  #leave(): void {
    this.#flush();
    const tag = this.#open.pop();
    this.#at += CLOSE.length;
    this.#literal = this.#at;
    if (tag === undefined) return;
    this.#target().push({ kind: tag.kind, start: tag.start, end: this.#at, parts: tag.parts });
  }

  /** The innermost unclosed tag turns out to be text; what it held moves outwards. */
  #dissolve(): void {
    const tag = this.#open.pop();
    if (tag === undefined) return;
    const target = this.#target();
    target.push(tag.kind === 'expression' ? `${OPEN}=` : OPEN);
    for (const part of tag.parts) target.push(part);
  }

  #flush(): void {
    if (this.#literal < this.#at) this.#target().push(this.text.slice(this.#literal, this.#at));
    this.#literal = this.#at;
  }

  #target(): TemplatePart[] {
    return this.#open.at(-1)?.parts ?? this.#root;
  }
}

function mergeText(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  const merged: TemplatePart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  return merged;
}
