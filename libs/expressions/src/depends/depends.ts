import type { ExpressionCache } from '../expression-cache.js';
import { ExpressionError } from '../expression-error.js';
import type { DependsNode, DependsTask, TaskCondition } from './depends-ast.js';
import { DependsParser } from './depends-parser.js';

/** The `continueOn` of the task that is depended on. */
export interface ContinueOnFlags {
  readonly error?: boolean;
  readonly failed?: boolean;
}
export type ContinueOnOf = (task: string) => ContinueOnFlags | undefined;

/** Longest accepted text, in UTF-16 units. */
const MAX_LENGTH = 262_144;

/** @throws ExpressionError with the place of the wrong word */
export function parseDepends(text: string, cache?: ExpressionCache): DependsNode {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`depends is longer than ${MAX_LENGTH} characters`);
  const compile = (): DependsNode => new DependsParser(text).parse();
  return cache === undefined ? compile() : cache.compiled('depends', text, compile);
}

/** The condition a `dependencies` list stands for; undefined for an empty one, which is always met. */
export function dependsOfDependencies(dependencies: readonly string[]): DependsNode | undefined {
  const operands = dependencies.map((task): DependsTask => ({
    type: 'task',
    task,
    condition: undefined,
    offset: 0,
    length: 0,
  }));
  const [first] = operands;
  return operands.length === 1 ? first : first && { type: 'all', operands, offset: 0, length: 0 };
}

/** Results that satisfy a task named without one: it need not have run, but must not have failed unless that is allowed. */
export function conditionsOfBareTask(continueOn: ContinueOnFlags | undefined): readonly TaskCondition[] {
  const conditions: TaskCondition[] = ['Succeeded', 'Skipped', 'Daemoned'];
  if (continueOn?.error === true) conditions.push('Errored');
  if (continueOn?.failed === true) conditions.push('Failed');
  return conditions;
}

/** Every task mentioned, in order of appearance; `items` when the items of its loop are asked about. */
export function dependenciesOf(node: DependsNode): ReadonlyMap<string, 'task' | 'items'> {
  const found = new Map<string, 'task' | 'items'>();
  for (const { task, condition } of taskReferences(node)) {
    const asksItems = condition === 'AnySucceeded' || condition === 'AllFailed';
    found.set(task, asksItems || found.get(task) === 'items' ? 'items' : 'task');
  }
  return found;
}

/** Every mention of a task with its place, for messages about tasks that do not exist. */
export function taskReferences(node: DependsNode): readonly DependsTask[] {
  switch (node.type) {
    case 'task':
      return [node];
    case 'constant':
      return [];
    case 'not':
      return taskReferences(node.operand);
    case 'all':
    case 'any':
      return node.operands.flatMap(taskReferences);
  }
}

/** Whether the condition is met. `holds` answers for one task and result; `continueOnOf` widens bare names. */
export function evaluateDepends(
  node: DependsNode,
  holds: (task: string, condition: TaskCondition) => boolean,
  continueOnOf: ContinueOnOf = () => undefined,
): boolean {
  switch (node.type) {
    case 'constant':
      return node.value;
    case 'not':
      return !evaluateDepends(node.operand, holds, continueOnOf);
    case 'all':
      return node.operands.every((operand) => evaluateDepends(operand, holds, continueOnOf));
    case 'any':
      return node.operands.some((operand) => evaluateDepends(operand, holds, continueOnOf));
    case 'task': {
      const { task, condition } = node;
      if (condition !== undefined) return holds(task, condition);
      return conditionsOfBareTask(continueOnOf(task)).some((wanted) => holds(task, wanted));
    }
  }
}

/** The condition as Argo writes it out, bare names expanded. */
export function formatDepends(node: DependsNode, continueOnOf: ContinueOnOf = () => undefined): string {
  switch (node.type) {
    case 'constant':
      return String(node.value);
    case 'not': {
      const operand = formatDepends(node.operand, continueOnOf);
      return node.operand.type === 'all' ? `!(${operand})` : `!${operand}`;
    }
    case 'all':
    case 'any': {
      const parts = node.operands.map((operand) => formatDepends(operand, continueOnOf));
      return node.type === 'all' ? parts.join(' && ') : `(${parts.join(' || ')})`;
    }
    case 'task': {
      const { task, condition } = node;
      if (condition !== undefined) return `${task}.${condition}`;
      return `(${conditionsOfBareTask(continueOnOf(task))
        .map((wanted) => `${task}.${wanted}`)
        .join(' || ')})`;
    }
  }
}
