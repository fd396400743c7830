import { dependenciesOf, dependsOfDependencies, parseDepends } from '@argosy/expressions';
import type { DependsNode } from '@argosy/expressions';
import type { DAGTask, DAGTemplate } from '@argosy/workflow-spec';

/** A DAG as readiness needs it: who waits for whom. Made once for a DAG node and shared by all its versions. */
export interface DagPlan {
  /** In the order in which they get their turn: target by target, each right after what it depends on. */
  readonly tasks: ReadonlyMap<string, DagTaskPlan>;
  /** Targets, sorted: explicit ones, else the tasks nothing depends on. */
  readonly targets: readonly string[];
}
export interface DagTaskPlan {
  readonly task: DAGTask;
  /** Position in the order of turns. */
  readonly ordinal: number;
  readonly dependencies: readonly string[];
  readonly dependants: readonly string[];
  readonly depends: DependsNode | undefined;
}

/** Only the targets and what they need take part. @throws when a condition does not parse or names no task */
export function planDag(dag: DAGTemplate): DagPlan {
  const all = new Map(dag.tasks.map((task) => [task.name, { task, depends: conditionOf(task) }]));
  const dependencies = new Map<string, string[]>();
  for (const [name, { depends }] of all) {
    const names = depends ? [...dependenciesOf(depends).keys()] : [];
    for (const dependency of names) {
      if (!all.has(dependency)) throw new Error(`task '${name}' depends on unknown task '${dependency}'`);
    }
    dependencies.set(name, names);
  }
  const targets = targetsOf(dag, dependencies);
  const turns = orderOfTurns(targets, dependencies);
  const dependants = new Map<string, string[]>();
  for (const name of turns) {
    for (const dependency of dependencies.get(name) ?? []) {
      const known = dependants.get(dependency);
      if (known) known.push(name);
      else dependants.set(dependency, [name]);
    }
  }
  const tasks = new Map<string, DagTaskPlan>();
  for (const [ordinal, name] of turns.entries()) {
    const entry = all.get(name);
    if (!entry) continue;
    const links = { dependencies: dependencies.get(name) ?? [], dependants: dependants.get(name) ?? [] };
    tasks.set(name, { ...entry, ordinal, ...links });
  }
  return { tasks, targets };
}

function conditionOf(task: DAGTask): DependsNode | undefined {
  return task.depends ? parseDepends(task.depends) : dependsOfDependencies(task.dependencies ?? []);
}

function targetsOf(dag: DAGTemplate, dependencies: ReadonlyMap<string, readonly string[]>): string[] {
  const explicit = dag.target?.trim();
  if (explicit) {
    const names = explicit.split(/\s+/);
    const unknown = names.find((name) => !dependencies.has(name));
    if (unknown !== undefined) throw new Error(`target '${unknown}' is not defined`);
    return names;
  }
  const needed = new Set([...dependencies.values()].flat());
  return dag.tasks
    .map((task) => task.name)
    .filter((name) => !needed.has(name))
    .sort();
}

/** Depth first from the targets, dependencies by name. Not recursive: a chain may be as long as a template. */
function orderOfTurns(targets: readonly string[], dependencies: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>();
  const turns: string[] = [];
  const stack: { name: string; rest: string[] }[] = [];
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    stack.push({ name, rest: [...(dependencies.get(name) ?? [])].sort() });
  };
  for (const target of targets) {
    visit(target);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.shift();
      if (next !== undefined) visit(next);
      else {
        turns.push(top.name);
        stack.pop();
      }
    }
  }
  return turns;
}

/** Whether `ancestor` comes before `task`. Walks up only until it is found: mostly it is a direct dependency. */
export function isAncestor(plan: DagPlan, ancestor: string, task: string): boolean {
  const seen = new Set<string>();
  let level = plan.tasks.get(task)?.dependencies ?? [];
  while (level.length > 0) {
    if (level.includes(ancestor)) return true;
    const next = new Set<string>();
    for (const name of level) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const dependency of plan.tasks.get(name)?.dependencies ?? []) next.add(dependency);
    }
    level = [...next];
  }
  return false;
}
