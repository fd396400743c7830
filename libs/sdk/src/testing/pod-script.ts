import type { EnsurePod } from '@argosy/workflow-engine';
import type { PodOutcome } from '@argosy/workflow-engine/testing';
import { succeeds } from './outcome.js';

/** What one try after the other does; the last one stands for all that follow. */
export interface Attempts {
  readonly attempts: readonly PodOutcome[];
}
export type PodBehaviour = PodOutcome | Attempts | ((pod: EnsurePod) => PodOutcome | Attempts);

/** By node name, display name, step or task name, or template name; `*` is for everything else. */
export type PodScripts = Readonly<Record<string, PodBehaviour>>;

/** The first, second, … time a pod is made for the same step, whether its retry strategy or a person asked for it. */
export const attempts = (first: PodOutcome, ...more: readonly PodOutcome[]): Attempts => ({
  attempts: [first, ...more],
});

const ATTEMPT = /\(\d+\)/g;

/** Says what each pod does. A pod that nothing is said about succeeds. */
export class ScriptedPods {
  private readonly tries = new Map<string, number>();
  private readonly used = new Set<string>();

  constructor(
    private readonly workflowName: string,
    private readonly scripts: PodScripts,
  ) {}

  /** Names in the script that no pod has answered to so far. */
  get unused(): string[] {
    return Object.keys(this.scripts).filter((name) => !this.used.has(name));
  }

  outcomeOf(pod: EnsurePod): PodOutcome {
    // The same step in another attempt of whatever is around it is the same step.
    const step = pod.nodeName.replace(ATTEMPT, '');
    const earlier = this.tries.get(step) ?? 0;
    this.tries.set(step, earlier + 1);
    const name = this.namesOf(pod).find((candidate) => Object.hasOwn(this.scripts, candidate));
    const behaviour = name === undefined ? undefined : this.scripts[name];
    if (name === undefined || behaviour === undefined) return succeeds();
    this.used.add(name);
    const outcome = typeof behaviour === 'function' ? behaviour(pod) : behaviour;
    if (!('attempts' in outcome)) return outcome;
    return outcome.attempts[Math.min(earlier, outcome.attempts.length - 1)] ?? succeeds();
  }

  /** The most exact name comes first. */
  private namesOf(pod: EnsurePod): string[] {
    const { nodeName, displayName, templateName } = pod;
    const relative = relativeName(this.workflowName, nodeName);
    const names = [nodeName, relative, displayName].flatMap((name) => [name, name.replace(ATTEMPT, '')]);
    return [...names, displayName.replace(/\(.*$/, ''), templateName, '*'];
  }
}

/** `[0].build` for `hello[0].build`; the node of the workflow itself keeps its name. */
export function relativeName(workflowName: string, nodeName: string): string {
  if (!nodeName.startsWith(workflowName) || nodeName.length === workflowName.length) return nodeName;
  const rest = nodeName.slice(workflowName.length);
  return rest.startsWith('.') ? rest.slice(1) : /^[[(]/.test(rest) ? rest : nodeName;
}
