import { ExpressionError } from '../expression-error.js';
import type { ExprNode, PredicateNode } from './ast.js';
import { tokenize } from './lexer.js';
import type { Token } from './lexer.js';

/** Left and right binding power; `**` binds to the right. */
const BINARY: Readonly<Record<string, readonly [number, number]>> = {
  '|': [0, 1],
  or: [10, 11],
  '||': [10, 11],
  and: [15, 16],
  '&&': [15, 16],
  '==': [20, 21],
  '!=': [20, 21],
  '<': [20, 21],
  '>': [20, 21],
  '<=': [20, 21],
  '>=': [20, 21],
  in: [20, 21],
  matches: [20, 21],
  contains: [20, 21],
  startsWith: [20, 21],
  endsWith: [20, 21],
  '..': [25, 26],
  '+': [30, 31],
  '-': [30, 31],
  '*': [60, 61],
  '/': [60, 61],
  '%': [60, 61],
  '**': [101, 100],
  '^': [101, 100],
  '??': [500, 501],
};
const UNARY: Readonly<Record<string, number>> = { not: 50, '!': 50, '-': 90, '+': 90 };
const NEGATABLE = new Set(['in', 'matches', 'contains', 'startsWith', 'endsWith']);
/** Builtins whose argument may be a predicate without braces, such as `filter(list, # > 1)`. */
const PREDICATE_BUILTINS = new Set([
  'all',
  'any',
  'none',
  'one',
  'filter',
  'map',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'count',
  'sum',
  'groupBy',
  'sortBy',
  'reduce',
]);
const MAX_DEPTH = 200;

export function parseExpression(text: string): ExprNode {
  return new Parser(tokenize(text)).parse();
}

class Parser {
  private at = 0;
  private depth = 0;
  private predicateDepth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): ExprNode {
    const node = this.sequence('end');
    if (this.peek.kind !== 'end') throw this.unexpected();
    return node;
  }

  private get peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] as Token;
  }

  private next(): Token {
    const token = this.peek;
    this.at++;
    return token;
  }

  private is(text: string): boolean {
    return this.peek.text === text && (this.peek.kind === 'operator' || this.peek.kind === 'name');
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text))
      throw new ExpressionError(
        `unexpected ${describe(this.peek)}, expected "${text}"`,
        this.peek.offset,
        this.peek.length,
      );
  }

  private unexpected(): ExpressionError {
    return new ExpressionError(`unexpected ${describe(this.peek)}`, this.peek.offset, this.peek.length);
  }

  private from<T extends object>(start: number, node: T): T & { offset: number; length: number } {
    const last = this.tokens[Math.max(0, this.at - 1)];
    return { ...node, offset: start, length: Math.max(0, (last ? last.offset + last.length : start) - start) };
  }

  /** `a; b; c`: the value of the last; `let x = 1; body`. */
  private sequence(end: string): ExprNode {
    const start = this.peek.offset;
    const members: ExprNode[] = [this.statement(end)];
    while (this.take(';')) {
      if (this.peek.kind === 'end' || this.is(end)) break;
      members.push(this.statement(end));
    }
    return members.length === 1 ? (members[0] as ExprNode) : this.from(start, { type: 'sequence' as const, members });
  }

  private statement(end: string): ExprNode {
    const start = this.peek.offset;
    if (!(this.is('let') && this.tokens[this.at + 1]?.kind === 'name')) return this.expression();
    this.next();
    const { text: name } = this.next();
    this.expect('=');
    const value = this.expression();
    this.expect(';');
    return this.from(start, { type: 'let' as const, name, value, body: this.sequence(end) });
  }

  private expression(power = 0): ExprNode {
    if (++this.depth > MAX_DEPTH)
      throw new ExpressionError('expression is nested too deeply', this.peek.offset, this.peek.length);
    const start = this.peek.offset;
    let left = this.unary();
    for (;;) {
      const negated = this.is('not') && NEGATABLE.has(this.tokens[this.at + 1]?.text ?? '');
      const operator = negated ? (this.tokens[this.at + 1] as Token) : this.peek;
      const binding = operator.kind === 'operator' || operator.kind === 'name' ? own(BINARY, operator.text) : undefined;
      if (!binding || binding[0] < power) break;
      this.at += negated ? 2 : 1;
      if (operator.text === '|') left = this.pipe(left, start);
      else {
        const right = this.expression(binding[1]);
        left = this.from(start, { type: 'binary' as const, operator: operator.text, left, right });
        if (negated) left = this.from(start, { type: 'unary' as const, operator: 'not', operand: left });
      }
    }
    if (power === 0 && this.take('?')) left = this.conditional(left, start);
    this.depth--;
    return left;
  }

  private conditional(condition: ExprNode, start: number): ExprNode {
    if (this.take(':'))
      return this.from(start, {
        type: 'conditional' as const,
        condition,
        then: condition,
        otherwise: this.expression(),
      });
    const then = this.expression();
    this.expect(':');
    return this.from(start, { type: 'conditional' as const, condition, then, otherwise: this.expression() });
  }

  /** `value | f(args)` is `f(value, args)`. */
  private pipe(value: ExprNode, start: number): ExprNode {
    const token = this.next();
    if (token.kind !== 'name')
      throw new ExpressionError(
        `unexpected ${describe(token)}, expected the name of a function`,
        token.offset,
        token.length,
      );
    let callee: ExprNode = { type: 'name', name: token.text, offset: token.offset, length: token.length };
    while (this.take('.')) callee = this.member(callee, token.offset, false);
    const args = this.take('(') ? this.args(PREDICATE_BUILTINS.has(token.text)) : [];
    return this.postfix(this.from(start, { type: 'call' as const, callee, args: [value, ...args] }), start);
  }

  private unary(): ExprNode {
    const { offset, text, kind } = this.peek;
    const power = kind === 'operator' || kind === 'name' ? own(UNARY, text) : undefined;
    if (power !== undefined) {
      this.next();
      return this.from(offset, {
        type: 'unary' as const,
        operator: text === '!' ? 'not' : text,
        operand: this.expression(power),
      });
    }
    return this.postfix(this.primary(), offset);
  }

  private primary(): ExprNode {
    const token = this.next();
    const start = token.offset;
    if (token.kind === 'number' || token.kind === 'string')
      return this.from(start, { type: 'literal' as const, value: token.value ?? '' });
    if (token.kind === 'name') return this.named(token);
    if (token.kind === 'operator') {
      if (token.text === '(') {
        const node = this.sequence(')');
        this.expect(')');
        return node;
      }
      if (token.text === '[') return this.from(start, { type: 'list' as const, members: this.list(']') });
      if (token.text === '{') return this.map(start);
      if (token.text === '#') return this.pointer(start);
      if (token.text === '.' && this.predicateDepth > 0)
        return this.member(this.from(start, { type: 'pointer' as const, name: '' as const }), start, false);
    }
    this.at--;
    throw this.unexpected();
  }

  private pointer(start: number): ExprNode {
    const { kind, text, offset } = this.peek;
    const named = kind === 'name' && offset === start + 1 && (text === 'index' || text === 'acc');
    if (named) this.next();
    return this.from(start, { type: 'pointer' as const, name: named ? text : ('' as const) });
  }

  private named(token: Token): ExprNode {
    const start = token.offset;
    const constants: Readonly<Record<string, null | boolean>> = { true: true, false: false, nil: null };
    const constant = own(constants, token.text);
    if (constant !== undefined) return this.from(start, { type: 'literal' as const, value: constant });
    if (token.text === 'if') return this.ifElse(start);
    return this.from(start, { type: 'name' as const, name: token.text });
  }

  private ifElse(start: number): ExprNode {
    const condition = this.expression();
    this.expect('{');
    const then = this.sequence('}');
    this.expect('}');
    this.expect('else');
    if (this.take('if'))
      return this.from(start, {
        type: 'conditional' as const,
        condition,
        then,
        otherwise: this.ifElse(this.peek.offset),
      });
    this.expect('{');
    const otherwise = this.sequence('}');
    this.expect('}');
    return this.from(start, { type: 'conditional' as const, condition, then, otherwise });
  }

  private list(end: string): ExprNode[] {
    const members: ExprNode[] = [];
    while (!this.take(end)) {
      members.push(this.expression());
      if (!this.is(end)) this.expect(',');
    }
    return members;
  }

  private map(start: number): ExprNode {
    const entries: (readonly [ExprNode, ExprNode])[] = [];
    while (!this.take('}')) {
      const token = this.peek;
      const isWord = token.kind === 'name' || token.kind === 'string' || token.kind === 'number';
      const key: ExprNode = isWord
        ? this.from(this.next().offset, { type: 'literal' as const, value: String(token.value ?? token.text) })
        : this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.is('}')) this.expect(',');
    }
    return this.from(start, { type: 'map' as const, entries });
  }

  private postfix(node: ExprNode, start: number): ExprNode {
    let left = node;
    for (;;) {
      if (this.is('.') || this.is('?.')) {
        const optional = this.next().text === '?.';
        left = optional && this.take('[') ? this.index(left, start, true) : this.member(left, start, optional);
      } else if (this.take('[')) left = this.index(left, start, false);
      else if (this.take('('))
        left = this.from(start, {
          type: 'call' as const,
          callee: left,
          args: this.args(left.type === 'name' && PREDICATE_BUILTINS.has(left.name)),
        });
      else return left;
    }
  }

  private member(object: ExprNode, start: number, optional: boolean): ExprNode {
    const token = this.next();
    if (token.kind !== 'name')
      throw new ExpressionError(`unexpected ${describe(token)}, expected a name`, token.offset, token.length);
    const key = { type: 'literal' as const, value: token.text, offset: token.offset, length: token.length };
    return this.from(start, { type: 'member' as const, object, key, optional });
  }

  private index(object: ExprNode, start: number, optional: boolean): ExprNode {
    if (this.take(':')) return this.slice(object, start, null);
    const key = this.expression();
    if (this.take(':')) return this.slice(object, start, key);
    this.expect(']');
    return this.from(start, { type: 'member' as const, object, key, optional });
  }

  private slice(object: ExprNode, start: number, from: ExprNode | null): ExprNode {
    const to = this.is(']') ? null : this.expression();
    this.expect(']');
    return this.from(start, { type: 'slice' as const, object, from, to });
  }

  private args(predicates: boolean): (ExprNode | PredicateNode)[] {
    const args: (ExprNode | PredicateNode)[] = [];
    while (!this.take(')')) {
      args.push(predicates && this.mayBePredicate(args.length) ? this.predicate() : this.expression());
      if (!this.is(')')) this.expect(',');
    }
    return args;
  }

  /** The first argument of a call is the list; with a pipe the list came before. */
  private mayBePredicate(position: number): boolean {
    return position >= 1 || this.is('{') || this.is('#') || this.is('.');
  }

  private predicate(): PredicateNode {
    const start = this.peek.offset;
    this.predicateDepth++;
    const braced = this.take('{');
    const body = braced ? this.sequence('}') : this.expression();
    if (braced) this.expect('}');
    this.predicateDepth--;
    return this.from(start, { type: 'predicate' as const, body });
  }
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const describe = ({ kind, text }: Token): string => (kind === 'end' ? 'end of expression' : `${kind} "${text}"`);
