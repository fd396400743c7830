import { ExpressionError, parseDepends, taskReferences } from '@argosy/expressions';
import type { DAGTask, DAGTemplate } from '../model/template.js';
import type { Path } from '../problem.js';
import { suggest } from '../suggestion.js';
import { hasTag } from './context.js';
import type { PlacedTemplate, ValidationContext } from './context.js';

/** Tasks that a task waits for directly; undefined when its `depends` cannot be read. */
export function directDependencies(task: DAGTask): string[] | undefined {
  if (task.depends === undefined) return [...(task.dependencies ?? [])];
  try {
    return taskReferences(parseDepends(task.depends)).map(({ task: name }) => name);
  } catch {
    return undefined;
  }
}

export function checkDag(context: ValidationContext, { template, path }: PlacedTemplate): void {
  const { dag } = template;
  if (!dag) return;
  const tasks = dag.tasks ?? [];
  if (tasks.length === 0) context.report.missing([...path, 'dag'], 'the DAG has no tasks');
  const known = new Map(tasks.flatMap((task) => (task.name ? [[task.name, task] as const] : [])));
  const usesDepends = tasks.some(({ depends }) => depends !== undefined && depends !== '');
  const usesAny = usesDepends || tasks.some(({ dependencies }) => (dependencies ?? []).length > 0);
  for (const [index, task] of tasks.entries()) {
    const at = [...path, 'dag', 'tasks', index];
    checkWayOfWaiting(context, at, task, usesDepends, usesAny);
    checkTask(context, at, task, known);
  }
  checkTargets(context, [...path, 'dag', 'target'], dag, known);
  checkCycles(context, [...path, 'dag', 'tasks'], tasks);
}

type KnownTasks = ReadonlyMap<string, DAGTask>;

const isLoop = ({ withItems, withParam, withSequence }: DAGTask): boolean =>
  (withItems ?? []).length > 0 || Boolean(withParam) || withSequence !== undefined;

/** Argo wants one way of saying it per DAG, and names that the one chosen can be written with. */
function checkWayOfWaiting(
  { report }: ValidationContext,
  path: Path,
  task: DAGTask,
  usesDepends: boolean,
  usesAny: boolean,
): void {
  if (usesDepends && (task.dependencies ?? []).length > 0) {
    const message = `a DAG cannot use both depends and dependencies`;
    const hint = `write depends: ${(task.dependencies ?? []).join(' && ')}`;
    report.add([...path, 'dependencies'], 'exclusive', message, { part: 'key', hint });
  }
  if (usesDepends && task.continueOn) {
    const hint = `say it where it is depended on: "${task.name}.Failed" or "${task.name}.Errored"`;
    report.add([...path, 'continueOn'], 'exclusive', 'continueOn cannot be used together with depends', {
      part: 'key',
      hint,
    });
  }
  if (usesAny && /^\d/.test(task.name ?? '')) {
    const message = `the name of a task must not begin with a digit where depends or dependencies are used`;
    report.add([...path, 'name'], 'name', message);
  }
}

function checkTask({ report }: ValidationContext, path: Path, task: DAGTask, known: KnownTasks): void {
  for (const [index, name] of (task.dependencies ?? []).entries())
    checkDependency(report, [...path, 'dependencies', index], name, task, known);
  if (task.depends !== undefined) checkDepends(report, [...path, 'depends'], task, known);
}

function checkDepends(report: ValidationContext['report'], path: Path, task: DAGTask, known: KnownTasks): void {
  try {
    for (const { task: name, condition, offset } of taskReferences(parseDepends(task.depends ?? ''))) {
      const excerpt = { offset, length: name.length };
      checkDependency(report, path, name, task, known, excerpt);
      const other = known.get(name);
      if (!other || isLoop(other) || (condition !== 'AnySucceeded' && condition !== 'AllFailed')) continue;
      const hint = `write ${name}.${condition === 'AllFailed' ? 'Failed' : 'Succeeded'}`;
      report.add(path, 'no-items', `${condition} asks for the items of "${name}", which has none`, { excerpt, hint });
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, hint, offset, length } = error;
    const isResult = task.depends?.[offset - 1] === '.';
    report.add(path, isResult ? 'task-result' : 'depends', message, { hint, excerpt: { offset, length } });
  }
}

function checkDependency(
  report: ValidationContext['report'],
  path: Path,
  name: string,
  task: DAGTask,
  known: KnownTasks,
  excerpt?: { offset: number; length: number },
): void {
  const finding = excerpt ? { excerpt } : {};
  if (name === task.name) report.add(path, 'cycle', `task "${name}" depends on itself`, finding);
  else if (!known.has(name) && !hasTag(name)) {
    const others = [...known.keys()].filter((other) => other !== task.name);
    report.add(path, 'unknown-task', `task "${name}" is not defined`, { ...finding, hint: suggest(name, others) });
  }
}

function checkTargets({ report }: ValidationContext, path: Path, { target }: DAGTemplate, known: KnownTasks): void {
  if (!target || hasTag(target)) return;
  for (const match of target.matchAll(/\S+/g)) {
    const [name] = match;
    if (known.has(name)) continue;
    const excerpt = { offset: match.index, length: name.length };
    report.add(path, 'unknown-task', `target "${name}" is not a task of this DAG`, {
      hint: suggest(name, [...known.keys()]),
      excerpt,
    });
  }
}

/** Every cycle is told once, at the first of its tasks. */
function checkCycles({ report }: ValidationContext, path: Path, tasks: readonly DAGTask[]): void {
  const indexOf = new Map(tasks.map(({ name }, index) => [name, index]));
  const next = tasks.map((task) =>
    (directDependencies(task) ?? []).flatMap((name) => (name === task.name ? [] : (indexOf.get(name) ?? []))),
  );
  for (const cycle of cyclesOf(next)) {
    const names = cycle.map((index) => tasks[index]?.name ?? '');
    const [first = 0] = cycle;
    const message = `the tasks wait for each other: ${[...names, names[0]].join(' -> ')}`;
    const field = tasks[first]?.depends === undefined ? 'dependencies' : 'depends';
    report.add([...path, first, field], 'cycle', message, { part: 'key' });
  }
}

/** Depth first without recursion: a chain of tasks may be long. Each cycle begins with its first task. */
function cyclesOf(next: readonly (readonly number[])[]): number[][] {
  const cycles: number[][] = [];
  const state = new Array<'open' | 'done' | undefined>(next.length);
  for (let root = 0; root < next.length; root++) {
    if (state[root] !== undefined) continue;
    const trail = [{ node: root, at: 0 }];
    state[root] = 'open';
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const follower = next[top.node]?.[top.at++];
      if (follower === undefined) {
        state[top.node] = 'done';
        trail.pop();
      } else if (state[follower] === 'open') {
        const cycle = trail.map(({ node }) => node);
        cycles.push(fromFirst(cycle.slice(cycle.indexOf(follower))));
      } else if (state[follower] === undefined) {
        state[follower] = 'open';
        trail.push({ node: follower, at: 0 });
      }
    }
  }
  return cycles;
}

function fromFirst(cycle: readonly number[]): number[] {
  const start = cycle.reduce((best, node, index) => (node < (cycle[best] ?? node) ? index : best), 0);
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}
