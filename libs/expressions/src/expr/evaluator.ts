import { ExpressionError } from '../expression-error.js';
import { compilePattern } from '../regular-expression.js';
import { ScopeLeaf } from '../scope/variable-scope.js';
import type { ScopeTree, VariableScope } from '../scope/variable-scope.js';
import { suggest } from '../suggestion.js';
import type { ExprNode, PredicateNode } from './ast.js';
import { BUILTINS } from './builtins/table.js';
import type { Predicate } from './builtins/builtin.js';
import type { EvaluationSettings } from './evaluation-settings.js';
import { isTime, timeOperation } from './time.js';
import { timeMethod } from './time-methods.js';
import { Budget, Callable, equals, fromJson, fromTree, isList, isObject, show, typeOf } from './value.js';
import type { Value } from './value.js';

/** Variables of `let` and what a predicate points at. */
interface Locals {
  readonly names: ReadonlyMap<string, Value>;
  readonly pointer?: { readonly item: Value; readonly index: number; readonly acc: Value };
}
/** A level of dotted names on the way to a variable. */
class Level {
  constructor(
    readonly tree: ScopeTree,
    readonly path: string,
  ) {}
}
const MAX_RANGE = 1_000_000;

export class Evaluator {
  /** Dotted names that were read. */
  readonly used = new Set<string>();
  /** Dotted names that were asked for and are not in scope. */
  readonly missing = new Set<string>();
  private readonly budget: Budget;

  constructor(
    private readonly scope: VariableScope,
    private readonly functions: ReadonlyMap<string, Value>,
    private readonly settings: EvaluationSettings,
  ) {
    this.budget = new Budget(settings.limits);
  }

  evaluate(node: ExprNode): Value {
    return this.value(node, { names: new Map() });
  }

  private value(node: ExprNode, locals: Locals): Value {
    const found = this.resolve(node, locals);
    return found instanceof Level ? fromTree(found.tree) : found;
  }

  /** Like `value`, but leaves a level of dotted names as it is, so that going on into it costs nothing. */
  private resolve(node: ExprNode, locals: Locals): Value | Level {
    this.budget.step();
    switch (node.type) {
      case 'literal':
        return node.value;
      case 'name':
        return this.variable(node.name, node, locals);
      case 'pointer':
        return this.pointer(node, locals);
      case 'member':
        return this.member(node, locals);
      case 'slice':
        return this.slice(node, locals);
      case 'call':
        return this.call(node, locals);
      case 'unary':
        return this.unary(node, locals);
      case 'binary':
        return this.binary(node, locals);
      case 'conditional':
        return this.resolve(this.boolean(node.condition, locals) ? node.then : node.otherwise, locals);
      case 'list':
        return this.budget.made(node.members.map((member) => this.value(member, locals)));
      case 'map':
        return this.budget.made(
          new Map(node.entries.map(([key, value]) => [show(this.value(key, locals)), this.value(value, locals)])),
        );
      case 'let':
        return this.value(node.body, {
          ...locals,
          names: new Map([...locals.names, [node.name, this.value(node.value, locals)]]),
        });
      case 'sequence':
        return node.members.map((member) => this.value(member, locals)).at(-1) ?? null;
    }
  }

  private variable(name: string, node: ExprNode, { names }: Locals): Value | Level {
    const local = names.get(name);
    if (local !== undefined) return local;
    if (name === '$env') return new Level(this.scope.tree, '');
    const found = this.scope.tree.get(name);
    if (found !== undefined) return this.entered(found, name);
    const callable = this.functions.get(name);
    if (callable !== undefined) return callable;
    this.missing.add(name);
    if (BUILTINS.has(name)) throw new ExpressionError(`${name} is a function: call it`, node.offset, node.length);
    throw new ExpressionError(`variable ${name} is not available`, node.offset, node.length);
  }

  /** False for a name that stands for nothing at all. */
  private isKnown(node: ExprNode, { names }: Locals): boolean {
    if (node.type !== 'name' || BUILTINS.has(node.name)) return true;
    return names.has(node.name) || this.scope.tree.has(node.name) || this.functions.has(node.name);
  }

  private entered(found: ScopeTree | ScopeLeaf, path: string): Value | Level {
    if (!(found instanceof ScopeLeaf)) return new Level(found, path);
    this.used.add(path);
    return fromJson(found.value);
  }

  private pointer(node: ExprNode & { type: 'pointer' }, { pointer }: Locals): Value {
    if (!pointer) throw new ExpressionError('cannot use # outside of a predicate', node.offset, node.length);
    return node.name === 'index' ? pointer.index : node.name === 'acc' ? pointer.acc : pointer.item;
  }

  private member(node: ExprNode & { type: 'member' }, locals: Locals): Value | Level {
    const object = this.resolve(node.object, locals);
    const key = this.value(node.key, locals);
    if (object instanceof Level) {
      const path = object.path === '' ? show(key) : `${object.path}.${show(key)}`;
      const found = object.tree.get(show(key));
      if (found !== undefined) return this.entered(found, path);
      this.missing.add(path);
      return null;
    }
    if (object === null && isOptional(node)) return null;
    const absent = object === null ? pathOf(node.object) : undefined;
    if (absent !== undefined && this.missing.has(absent))
      throw new ExpressionError(`variable ${absent} is not available`, node.offset, node.length);
    if (isObject(object)) return object.get(show(key)) ?? null;
    if ((isList(object) || typeof object === 'string') && typeof key === 'number')
      return this.element(object, key, node);
    const method = isTime(object) ? timeMethod(object, show(key)) : undefined;
    if (method) return method;
    throw new ExpressionError(`cannot fetch ${show(key)} from ${typeOf(object)}`, node.offset, node.length);
  }

  private element(object: readonly Value[] | string, index: number, node: ExprNode): Value {
    const position = index < 0 ? object.length + index : index;
    const found = Number.isInteger(position) ? object[position] : undefined;
    if (found === undefined)
      throw new ExpressionError(
        `index out of range: ${index} (array length is ${object.length})`,
        node.offset,
        node.length,
      );
    return found;
  }

  private slice(node: ExprNode & { type: 'slice' }, locals: Locals): Value {
    const object = this.value(node.object, locals);
    if (!isList(object) && typeof object !== 'string')
      throw new ExpressionError(`cannot slice ${typeOf(object)}`, node.offset, node.length);
    const from = node.from ? this.number(node.from, locals) : 0;
    const to = node.to ? this.number(node.to, locals) : object.length;
    return this.budget.made(typeof object === 'string' ? object.slice(from, to) : object.slice(from, to));
  }

  private call(node: ExprNode & { type: 'call' }, locals: Locals): Value {
    const { callee } = node;
    const builtin =
      callee.type === 'name' && !locals.names.has(callee.name) && !this.functions.has(callee.name)
        ? BUILTINS.get(callee.name)
        : undefined;
    const args = node.args.map((arg) =>
      arg.type === 'predicate' ? this.predicate(arg, locals) : this.value(arg, locals),
    );
    const located = <T>(run: () => T): T => {
      try {
        return run();
      } catch (error) {
        if (error instanceof ExpressionError && error.length === 0)
          throw new ExpressionError(error.message, node.offset, node.length, error.hint);
        throw error;
      }
    };
    if (builtin)
      return located(() => this.budget.made(builtin(args, { budget: this.budget, settings: this.settings })));
    const target = this.isKnown(callee, locals) ? this.value(callee, locals) : null;
    if (target instanceof Callable)
      return located(() => {
        const values = args.filter((arg): arg is Value => typeof arg !== 'function');
        this.budget.step(target.stepsFor(values));
        return this.budget.made(target.call(values));
      });
    const name = pathOf(callee) ?? 'this';
    throw new ExpressionError(
      `unknown function ${name}`,
      callee.offset,
      callee.length,
      suggest(name, [...BUILTINS.keys(), ...this.functions.keys()]),
    );
  }

  private predicate({ body }: PredicateNode, locals: Locals): Predicate {
    return (item, index, acc = null) => this.value(body, { ...locals, pointer: { item, index, acc } });
  }

  private unary(node: ExprNode & { type: 'unary' }, locals: Locals): Value {
    if (node.operator === 'not') return !this.boolean(node.operand, locals);
    const number = this.number(node.operand, locals);
    return node.operator === '-' ? -number : number;
  }

  private binary(node: ExprNode & { type: 'binary' }, locals: Locals): Value {
    const { operator } = node;
    if (operator === 'and' || operator === '&&')
      return this.boolean(node.left, locals) && this.boolean(node.right, locals);
    if (operator === 'or' || operator === '||')
      return this.boolean(node.left, locals) || this.boolean(node.right, locals);
    if (operator === '??') return this.coalesce(node, locals);
    const left = this.value(node.left, locals);
    const right = this.value(node.right, locals);
    if (operator === '==') return equals(left, right);
    if (operator === '!=') return !equals(left, right);
    if (operator === 'in') return this.isIn(left, right, node);
    if (operator === '..') return this.range(left, right, node);
    if (typeof left === 'string' && typeof right === 'string') return this.texts(operator, left, right, node);
    if (typeof left === 'number' && typeof right === 'number') return numbers(operator, left, right, node);
    const timed = isTime(left) || isTime(right) ? timeOperation(operator, left, right) : undefined;
    if (timed !== undefined) return timed;
    throw new ExpressionError(
      `invalid operation: ${operator} (mismatched types ${typeOf(left)} and ${typeOf(right)})`,
      node.offset,
      node.length,
    );
  }

  /** The right side when the left is absent; what was missing on the left does no harm then. */
  private coalesce(node: ExprNode & { type: 'binary' }, locals: Locals): Value {
    const missing = new Set(this.missing);
    const left = this.value(node.left, locals);
    if (left !== null) return left;
    for (const name of this.missing) if (!missing.has(name)) this.missing.delete(name);
    return this.value(node.right, locals);
  }

  private isIn(member: Value, whole: Value, node: ExprNode): boolean {
    if (isObject(whole)) return whole.has(show(member));
    if (isList(whole)) {
      this.budget.step(whole.length);
      return whole.some((candidate) => equals(candidate, member));
    }
    if (whole === null) return false;
    throw new ExpressionError(`operator "in" not defined on ${typeOf(whole)}`, node.offset, node.length);
  }

  private range(from: Value, to: Value, node: ExprNode): Value {
    if (typeof from !== 'number' || typeof to !== 'number')
      throw new ExpressionError('a range needs two numbers', node.offset, node.length);
    const length = Math.max(0, to - from + 1);
    if (length > MAX_RANGE)
      throw new ExpressionError(
        `range of ${length} numbers is too long; at most ${MAX_RANGE}`,
        node.offset,
        node.length,
      );
    this.budget.allocate(length);
    return Array.from({ length }, (_, index) => from + index);
  }

  private texts(operator: string, left: string, right: string, node: ExprNode): Value {
    this.budget.step(1 + Math.floor((left.length + right.length) / 100));
    switch (operator) {
      case '+':
        return this.budget.made(left + right);
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '<=':
        return left <= right;
      case '>=':
        return left >= right;
      case 'contains':
        return left.includes(right);
      case 'startsWith':
        return left.startsWith(right);
      case 'endsWith':
        return left.endsWith(right);
      case 'matches':
        return compilePattern(right).matcher(left).find();
      default:
        throw new ExpressionError(
          `invalid operation: ${operator} (mismatched types string and string)`,
          node.offset,
          node.length,
        );
    }
  }

  private boolean(node: ExprNode, locals: Locals): boolean {
    const value = this.value(node, locals);
    if (typeof value === 'boolean') return value;
    throw new ExpressionError(
      `non-bool expression (type ${typeOf(value)}) used as condition`,
      node.offset,
      node.length,
    );
  }

  private number(node: ExprNode, locals: Locals): number {
    const value = this.value(node, locals);
    if (typeof value === 'number') return value;
    throw new ExpressionError(`expected a number, got ${typeOf(value)}`, node.offset, node.length);
  }
}

function numbers(operator: string, left: number, right: number, node: ExprNode): Value {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      if (right === 0) throw new ExpressionError('integer divide by zero', node.offset, node.length);
      return left % right;
    case '**':
    case '^':
      return left ** right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
      throw new ExpressionError(
        `invalid operation: ${operator} (mismatched types number and number)`,
        node.offset,
        node.length,
      );
  }
}

/** Whether a link of the chain may lead to nothing, as in `a?.b.c`: then the whole chain may. */
const isOptional = (node: ExprNode): boolean =>
  node.type === 'member' && (node.optional === true || isOptional(node.object));

/** `a.b['c']` as `a.b.c`; undefined when it is no chain of constant names. */
export function pathOf(node: ExprNode): string | undefined {
  if (node.type === 'name') return node.name;
  if (node.type !== 'member' || node.key.type !== 'literal') return undefined;
  const object = pathOf(node.object);
  return object === undefined ? undefined : `${object}.${String(node.key.value)}`;
}
