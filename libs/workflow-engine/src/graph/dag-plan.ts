import { dependenciesOf, dependsOfDependencies, parseDepends } from '@argosy/expressions';
import type { DependsNode } from '@argosy/expressions';
import type { DAGTask, DAGTemplate } from '@argosy/workflow-spec';

/** A DAG as readiness needs it: who waits for whom. Made once for a DAG node and shared by all its versions. */
export interface DagPlan {
  readonly tasks: ReadonlyMap<string, DagTaskPlan>;
  /** Targets, sorted: explicit ones, else the tasks nothing depends on. */
  readonly targets: readonly string[];
}
export interface DagTaskPlan {
  readonly task: DAGTask;
  /** Position in the template. */
  readonly ordinal: number;
  readonly dependencies: readonly string[];
  readonly dependants: readonly string[];
  readonly depends: DependsNode | undefined;
}

/** Only the targets and what they need take part. @throws when a condition does not parse or names no task */
export function planDag(dag: DAGTemplate): DagPlan {
  const all = new Map(dag.tasks.map((task, ordinal) => [task.name, { task, ordinal, depends: conditionOf(task) }]));
  const dependencies = new Map<string, string[]>();
  for (const [name, { depends }] of all) {
    const names = depends ? [...dependenciesOf(depends).keys()] : [];
    for (const dependency of names) {
      if (!all.has(dependency)) throw new Error(`task '${name}' depends on unknown task '${dependency}'`);
    }
    dependencies.set(name, names);
  }
  const targets = targetsOf(dag, dependencies);
  const needed = closure(targets, dependencies);
  const dependants = new Map<string, string[]>();
  for (const name of all.keys()) {
    if (!needed.has(name)) continue;
    for (const dependency of dependencies.get(name) ?? []) {
      const known = dependants.get(dependency);
      if (known) known.push(name);
      else dependants.set(dependency, [name]);
    }
  }
  const tasks = new Map<string, DagTaskPlan>();
  for (const [name, entry] of all) {
    if (!needed.has(name)) continue;
    tasks.set(name, { ...entry, dependencies: dependencies.get(name) ?? [], dependants: dependants.get(name) ?? [] });
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

function closure(targets: readonly string[], dependencies: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const pending = [...targets];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...(dependencies.get(name) ?? []));
  }
  return found;
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
