import { ExpressionError } from '../expression-error.js';
import { suggest } from '../suggestion.js';
import type { DependsNode, DependsTask, TaskCondition } from './depends-ast.js';
import { TASK_CONDITIONS } from './depends-ast.js';

interface Token {
  readonly kind: 'name' | '&&' | '||' | '!' | '(' | ')' | 'end';
  readonly text: string;
  readonly offset: number;
}

const NAME = /[a-zA-Z0-9_][-a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)*/y;
const WORD_OPERATORS: ReadonlyMap<string, '&&' | '||' | '!'> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
]);
const MAX_DEPTH = 500;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = /^(&&|\|\||[!()])/.exec(text.slice(at, at + 2))?.[1] as Token['kind'] | undefined;
    if (sign !== undefined) {
      tokens.push({ kind: sign, text: sign, offset: at });
      at += sign.length;
      continue;
    }
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) throw unexpectedSign(text, at);
    tokens.push({ kind: WORD_OPERATORS.get(name) ?? 'name', text: name, offset: at });
    at += name.length;
  }
  tokens.push({ kind: 'end', text: '', offset: text.length });
  return tokens;
}

function unexpectedSign(text: string, at: number): ExpressionError {
  const sign = text.charAt(at);
  const double = sign === '&' || sign === '|' ? `did you mean "${sign}${sign}"?` : undefined;
  const hint = sign === ',' ? 'join tasks with && or ||' : double;
  return new ExpressionError(`unexpected "${sign}" in depends`, at, 1, hint);
}

/** `!` binds tightest, then `&&`, then `||`. */
export class DependsParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): DependsNode {
    const node = this.#any();
    const rest = this.#peek();
    if (rest.kind === 'end') return node;
    if (rest.kind === ')') throw new ExpressionError('")" without "(" in depends', rest.offset, 1);
    throw new ExpressionError(
      `expected && or || before "${rest.text}" in depends`,
      rest.offset,
      rest.text.length,
      'join tasks with && or ||',
    );
  }

  #any(): DependsNode {
    return this.#joined('||', 'any', () => this.#joined('&&', 'all', () => this.#unary()));
  }

  #joined(sign: '&&' | '||', type: 'all' | 'any', next: () => DependsNode): DependsNode {
    const first = next();
    const operands = [first];
    while (this.#peek().kind === sign) {
      this.#at++;
      operands.push(next());
    }
    const last = operands.at(-1) ?? first;
    if (operands.length === 1) return first;
    return { type, operands, offset: first.offset, length: last.offset + last.length - first.offset };
  }

  #unary(): DependsNode {
    const token = this.#peek();
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError('depends is nested too deeply', token.offset, 1);
    try {
      this.#at++;
      switch (token.kind) {
        case '!': {
          const operand = this.#unary();
          return { type: 'not', operand, offset: token.offset, length: operand.offset + operand.length - token.offset };
        }
        case '(':
          return this.#group(token);
        case 'name':
          return toOperand(token);
        case 'end':
          throw new ExpressionError('depends ends where a task is expected', token.offset, 0);
        default:
          throw new ExpressionError(
            `expected a task but found "${token.text}" in depends`,
            token.offset,
            token.text.length,
          );
      }
    } finally {
      this.#depth--;
    }
  }

  #group(open: Token): DependsNode {
    const inner = this.#any();
    const close = this.#peek();
    if (close.kind !== ')') {
      if (close.kind === 'end') throw new ExpressionError('"(" is never closed in depends', open.offset, 1);
      throw new ExpressionError(`expected && or || before "${close.text}" in depends`, close.offset, close.text.length);
    }
    this.#at++;
    return { ...inner, offset: open.offset, length: close.offset + 1 - open.offset };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', offset: 0 };
  }
}

function toOperand(token: Token): DependsNode {
  const { text, offset } = token;
  if (text === 'true' || text === 'false') {
    return { type: 'constant', value: text === 'true', offset, length: text.length };
  }
  const [task = '', condition, ...rest] = text.split('.');
  const node: Omit<DependsTask, 'condition'> = { type: 'task', task, offset, length: text.length };
  if (condition === undefined) return { ...node, condition: undefined };
  if (rest.length === 0 && isCondition(condition)) return { ...node, condition };
  const wrong = text.slice(task.length + 1);
  throw new ExpressionError(
    `task result '${wrong}' for task '${task}' is invalid`,
    offset + task.length + 1,
    wrong.length,
    suggest(wrong, TASK_CONDITIONS) ?? `known results: ${TASK_CONDITIONS.join(', ')}`,
  );
}

function isCondition(word: string): word is TaskCondition {
  return (TASK_CONDITIONS as readonly string[]).includes(word);
}
