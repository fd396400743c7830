import { Lexer, Parser } from 'yaml';
import type { CST } from 'yaml';

/** What this needs to know of the library's lexer; its types keep it private. The spec of parsing notices when it changes. */
interface LexerInside extends Pick<Lexer, 'lex'> {
  /** How far lines must be indented. */
  indentNext: number;
  parseFlowCollection(): Reading;
  parseQuotedScalar(): Reading;
}
type Reading = Generator<string, unknown>;

/**
 * Within brackets and quotes lines may begin in any column. YAML wants them indented; kubectl and Argo do not look, and
 * manifests are written that way.
 */
export class LenientLexer extends (Lexer as unknown as new () => LexerInside) {
  override *parseFlowCollection(): Reading {
    return yield* this.#unindented(super.parseFlowCollection());
  }
  override *parseQuotedScalar(): Reading {
    return yield* this.#unindented(super.parseQuotedScalar());
  }

  *#unindented(reading: Reading): Reading {
    const indent = this.indentNext;
    this.indentNext = 0;
    const next = yield* reading;
    this.indentNext = indent;
    return next;
  }
}

/** The tokens of a text, for the library's composer. */
export function* tokensBy(lexer: Pick<Lexer, 'lex'>, text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of lexer.lex(text)) yield* parser.next(lexeme);
  yield* parser.end();
}
