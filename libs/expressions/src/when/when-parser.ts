import { ExpressionError } from '../expression-error.js';
import { compilePattern } from '../regular-expression.js';
import type { WhenBinaryOperator, WhenNode, WhenPrefixOperator } from './when-ast.js';
import type { WhenToken, WhenTokenKind } from './when-token.js';
import { MAY_END, NEXT_KINDS } from './when-token.js';

/** Loosest first. All levels group from the left, the conditional too: that is how govaluate does it. */
const LEVELS: readonly (readonly WhenBinaryOperator[])[] = [
  [','],
  ['?', ':', '??'],
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', '=~', '!~', 'in'],
  ['&', '|', '^'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
];
const LEVEL_OF: ReadonlyMap<string, number> = new Map(
  LEVELS.flatMap((operators, level) => operators.map((operator) => [operator, level] as const)),
);
const OPERATOR_KINDS: readonly WhenTokenKind[] = ['SEPARATOR', 'TERNARY', 'LOGICALOP', 'COMPARATOR', 'MODIFIER'];
/** More than anybody writes; it bounds the depth of the tree, so that walking it is safe for the stack. */
const MAX_OPERATORS = 1_000;

/** Checks the order of tokens, with the wording users know from Argo's messages. */
export function checkOrder(tokens: readonly WhenToken[], end: number): void {
  let open = 0;
  for (const token of tokens) open += token.kind === 'CLAUSE' ? 1 : token.kind === 'CLAUSE_CLOSE' ? -1 : 0;
  if (open !== 0) throw new ExpressionError('Unbalanced parenthesis', 0, end);
  let previous: WhenToken | undefined;
  for (const token of tokens) {
    const from: WhenTokenKind = previous?.kind ?? 'UNKNOWN';
    if (!NEXT_KINDS[from].includes(token.kind)) throw misplaced(previous, token);
    previous = token;
  }
  if (previous !== undefined && !MAY_END.has(previous.kind)) {
    throw new ExpressionError('Unexpected end of expression', previous.offset, previous.length);
  }
}

function misplaced(previous: WhenToken | undefined, token: WhenToken): ExpressionError {
  if (previous?.kind === 'VARIABLE' && token.kind === 'CLAUSE') {
    const hint = 'functions are not available in when; use an expression tag such as {{=f(x)}}';
    return new ExpressionError(`Undefined function ${String(previous.value)}`, previous.offset, previous.length, hint);
  }
  const before = previous === undefined ? 'UNKNOWN [<nil>]' : `${previous.kind} [${String(previous.value)}]`;
  const isText = token.kind === 'VARIABLE' || token.kind === 'STRING';
  return new ExpressionError(
    `Cannot transition token types from ${before} to ${token.kind} [${String(token.value)}]`,
    token.offset,
    token.length,
    isText ? 'put text that holds blanks or signs in quotes' : undefined,
  );
}

/** Builds the tree of a token list that `checkOrder` accepts. */
export class WhenParser {
  #at = 0;
  #operators = 0;

  constructor(
    private readonly tokens: readonly WhenToken[],
    private readonly end: number,
  ) {}

  parse(): WhenNode {
    const node = this.#expression(0);
    const rest = this.tokens[this.#at];
    if (rest !== undefined) throw new ExpressionError('Unbalanced parenthesis', rest.offset, rest.length);
    return node;
  }

  #expression(loosest: number): WhenNode {
    let left = this.#value();
    for (;;) {
      const token = this.tokens[this.#at];
      if (token === undefined || !OPERATOR_KINDS.includes(token.kind)) return left;
      const level = LEVEL_OF.get(String(token.value));
      if (level === undefined || level < loosest) return left;
      this.#at++;
      this.#count(token);
      const operator = token.value as WhenBinaryOperator;
      const parsed = this.#expression(level + 1);
      const right = operator === '=~' || operator === '!~' ? withPattern(parsed) : parsed;
      left = { type: 'binary', operator, left, right, offset: token.offset, length: token.length };
    }
  }

  #value(): WhenNode {
    const token = this.tokens[this.#at++];
    if (token === undefined) throw new ExpressionError('Unexpected end of expression', this.end, 0);
    const { offset, length } = token;
    switch (token.kind) {
      case 'NUMERIC':
      case 'BOOLEAN':
      case 'STRING':
      case 'VARIABLE':
      case 'TIME':
        return { type: 'literal', value: token.value, offset, length };
      case 'ACCESSOR':
        return { type: 'accessor', name: String(token.value), offset, length };
      case 'PREFIX':
        this.#count(token);
        return { type: 'prefix', operator: token.value as WhenPrefixOperator, operand: this.#value(), offset, length };
      case 'CLAUSE': {
        this.#count(token);
        const inner = this.#expression(0);
        if (this.tokens[this.#at]?.kind !== 'CLAUSE_CLOSE')
          throw new ExpressionError('Unbalanced parenthesis', offset, 1);
        this.#at++;
        return inner;
      }
      default:
        throw new ExpressionError(`Unexpected ${token.kind} [${String(token.value)}]`, offset, length);
    }
  }

  #count(token: WhenToken): void {
    if (++this.#operators <= MAX_OPERATORS) return;
    throw new ExpressionError(`more than ${MAX_OPERATORS} operators`, token.offset, token.length);
  }
}

/** A pattern spelled out in the text is compiled with it, so that its errors show before anything runs. */
function withPattern(node: WhenNode): WhenNode {
  if (node.type !== 'literal' || typeof node.value !== 'string') return node;
  try {
    return { ...node, type: 'pattern', value: node.value, pattern: compilePattern(node.value) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(error.message, node.offset, node.length, error.hint);
  }
}
