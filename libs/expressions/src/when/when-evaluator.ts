import type { RE2JS } from 're2js';
import { ExpressionError } from '../expression-error.js';
import { formatFloat } from '../go-number.js';
import { compilePattern } from '../regular-expression.js';
import type { WhenBinaryOperator, WhenNode } from './when-ast.js';

/** What a part of a `when` text may be worth; undefined is govaluate's nil, the untaken branch of a conditional. */
export type WhenValue = string | number | boolean | readonly WhenValue[] | undefined;

type Binary = Extract<WhenNode, { type: 'binary' }>;
type Complaint = 'logical operator' | 'modifier' | 'comparator' | 'ternary operator';

export function evaluateNode(node: WhenNode): WhenValue {
  switch (node.type) {
    case 'literal':
    case 'pattern':
      return node.value;
    case 'accessor':
      throw fail(node, `No parameter '${node.name.split('.')[0]}' found.`, `put it in quotes: "${node.name}"`);
    case 'prefix':
      return evaluatePrefix(node);
    case 'binary':
      return evaluateBinary(node);
  }
}

function evaluatePrefix(node: Extract<WhenNode, { type: 'prefix' }>): WhenValue {
  const operand = evaluateNode(node.operand);
  if (node.operator === '!' && typeof operand === 'boolean') return !operand;
  if (node.operator === '-' && typeof operand === 'number') return -operand;
  if (node.operator === '~' && typeof operand === 'number') return Number(~toInt64(operand));
  throw fail(node, `Value '${show(operand)}' cannot be used with the prefix '${node.operator}'`);
}

function evaluateBinary(node: Binary): WhenValue {
  const left = evaluateNode(node.left);
  switch (node.operator) {
    case '&&':
      return left === false ? false : logical(node, left, evaluateNode(node.right));
    case '||':
      return left === true ? true : logical(node, left, evaluateNode(node.right));
    case '?':
      if (typeof left !== 'boolean') throw mismatch(node, left, 'ternary operator', 'a bool');
      return left ? evaluateNode(node.right) : undefined;
    case ':':
    case '??':
      return left === undefined ? evaluateNode(node.right) : left;
    default:
      return apply(node, node.operator, left, evaluateNode(node.right));
  }
}

function logical(node: Binary, left: WhenValue, right: WhenValue): boolean {
  if (typeof left !== 'boolean') throw mismatch(node, left, 'logical operator', 'a bool');
  if (typeof right !== 'boolean') throw mismatch(node, right, 'logical operator', 'a bool');
  return node.operator === '&&' ? left && right : left || right;
}

function apply(
  node: Binary,
  operator: Exclude<WhenBinaryOperator, '&&' | '||' | '?' | ':' | '??'>,
  left: WhenValue,
  right: WhenValue,
): WhenValue {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(node, operator, left, right);
    case '=~':
      return matches(node, left, right);
    case '!~':
      return !matches(node, left, right);
    case 'in':
      if (!Array.isArray(right))
        throw mismatch(node, right, 'comparator', 'a number', 'a list has at least two items: (a, b)');
      return right.some((item: WhenValue) => item === left);
    case ',':
      return Array.isArray(left) ? [...(left as readonly WhenValue[]), right] : [left, right];
    case '+':
      if (typeof left === 'string' || typeof right === 'string') return show(left) + show(right);
      return arithmetic(node, operator, left, right);
    default:
      return arithmetic(node, operator, left, right);
  }
}

function compare(node: Binary, operator: '<' | '<=' | '>' | '>=', left: WhenValue, right: WhenValue): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  if (!comparable) throw mismatch(node, typeof left === 'number' ? right : left, 'comparator', 'a number');
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '**' | '&' | '|' | '^' | '<<' | '>>';

function arithmetic(node: Binary, operator: ArithmeticOperator, left: WhenValue, right: WhenValue): number {
  if (typeof left !== 'number') throw mismatch(node, left, 'modifier', 'a number');
  if (typeof right !== 'number') throw mismatch(node, right, 'modifier', 'a number');
  return ARITHMETIC[operator](left, right);
}

const ARITHMETIC: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
  '&': (left, right) => Number(toInt64(left) & toInt64(right)),
  '|': (left, right) => Number(toInt64(left) | toInt64(right)),
  '^': (left, right) => Number(toInt64(left) ^ toInt64(right)),
  '<<': (left, right) => Number(BigInt.asUintN(64, toInt64(left) << shift(right))),
  '>>': (left, right) => Number(BigInt.asUintN(64, toInt64(left)) >> shift(right)),
};

/** A shift by 64 or more leaves nothing, so no larger number need be built. */
const shift = (by: number): bigint => (by >= 0 && by < 64 ? toInt64(by) : 64n);

function toInt64(value: number): bigint {
  return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
}

function matches(node: Binary, left: WhenValue, right: WhenValue): boolean {
  if (typeof left !== 'string') throw mismatch(node, left, 'comparator', 'a number');
  if (typeof right !== 'string') throw mismatch(node, right, 'comparator', 'a number');
  const pattern: RE2JS = node.right.type === 'pattern' ? node.right.pattern : patternOf(node, right);
  return pattern.matcher(left).find();
}

function patternOf(node: Binary, text: string): RE2JS {
  try {
    return compilePattern(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw fail(node.right, `Unable to compile regexp pattern '${text}': ${error.message}`);
  }
}

function isEqual(left: WhenValue, right: WhenValue): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return left.length === right.length && left.every((item: WhenValue, i) => isEqual(item, right[i] as WhenValue));
}

/** As Go's `%v` prints it. */
export function show(value: WhenValue): string {
  if (value === undefined) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : `[${value.map(show).join(' ')}]`;
}

function mismatch(node: Binary, value: WhenValue, role: Complaint, wanted: string, hint?: string): ExpressionError {
  const message = `Value '${show(value)}' cannot be used with the ${role} '${node.operator}', it is not ${wanted}`;
  return fail(node, message, hint);
}

function fail(node: WhenNode, message: string, hint?: string): ExpressionError {
  return new ExpressionError(message, node.offset, node.length, hint);
}
