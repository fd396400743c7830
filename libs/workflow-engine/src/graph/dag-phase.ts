import type { NodeStatus } from '@argosy/workflow-spec';
import { isCompleted } from '../model/phases.js';
import type { DagPlan } from './dag-plan.js';

export type DagPhase = 'Succeeded' | 'Failed' | 'Error';

/**
 * How a DAG ended. Only its targets decide. One that did not run itself (skipped, omitted) stands for the last tasks
 * that did run on the ways to it, so an omitted target behind a failed task fails the DAG, while a failed task whose
 * dependants coped with it does not. Of several failed targets the first one decides, without failFast the last one.
 */
export function dagPhase(plan: DagPlan, nodeOf: (task: string) => NodeStatus | undefined, failFast: boolean): DagPhase {
  const branches = new Map<string, ReadonlySet<DagPhase>>();
  let result: DagPhase = 'Succeeded';
  for (const target of plan.targets) {
    if (!nodeOf(target)) continue;
    const phases = branchPhases(plan, target, nodeOf, branches);
    const failure = phases.has('Failed') ? 'Failed' : phases.has('Error') ? 'Error' : null;
    if (failure === null) continue;
    const continueOn = plan.tasks.get(target)?.task.continueOn;
    if (failure === 'Failed' ? continueOn?.failed : continueOn?.error) continue;
    if (failFast) return failure;
    result = failure;
  }
  return result;
}

/** The phases that reach a task, its own first of all. Iterative: chains are thousands of tasks long. */
function branchPhases(
  plan: DagPlan,
  target: string,
  nodeOf: (task: string) => NodeStatus | undefined,
  known: Map<string, ReadonlySet<DagPhase>>,
): ReadonlySet<DagPhase> {
  const pending = [target];
  for (let task = pending.at(-1); task !== undefined; task = pending.at(-1)) {
    const phase = nodeOf(task)?.phase;
    const dependencies = plan.tasks.get(task)?.dependencies ?? [];
    const unknown = isCompleted(phase) ? [] : dependencies.filter((name) => !known.has(name));
    if (unknown.length > 0) {
      pending.push(...unknown);
      continue;
    }
    const own = isCompleted(phase) ? [phase as DagPhase] : dependencies.flatMap((name) => [...(known.get(name) ?? [])]);
    known.set(task, new Set(own));
    pending.pop();
  }
  return known.get(target) ?? new Set();
}
