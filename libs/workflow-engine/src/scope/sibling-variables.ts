import type { NodeStatus, Template } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import { attemptsOf } from '../graph/attempts.js';
import { childrenOf } from '../graph/children.js';
import { isAncestor } from '../graph/dag-plan.js';
import type { DagFrame, StepsFrame } from '../model/frame.js';
import { isFulfilled } from '../model/phases.js';
import { isUp } from '../policies/daemon.policy.js';
import { absentOutputs } from './absent-outputs.js';
import { aggregateVariables, nodeVariables } from './node-variables.js';
import type { Artifacts, Variables } from './node-variables.js';
import { siblingsIn } from './references.js';
import { inputVariables } from './template-inputs.js';

export interface SiblingScope {
  readonly variables: Variables;
  readonly artifacts: Artifacts;
}

/** What a text inside a steps template may read: steps of earlier groups that it mentions, and the template's inputs. */
export function stepVariables(run: RunDraft, frame: StepsFrame, text: string, beforeGroup: number): SiblingScope {
  const artifacts = knownArtifacts(run, frame.template);
  const variables = inputVariables(frame.template.inputs);
  for (const name of siblingsIn(text, 'steps')) {
    const group = groupOf(frame.template, name);
    if (group < 0 || group >= beforeGroup) continue;
    const groupName = `${frame.name}[${group}]`;
    const prefix = `steps.${name}`;
    const node = worker(run, run.nodeNamed(`${groupName}.${name}`));
    if (node) {
      const call = frame.template.steps?.[group]?.find((step) => step.name === name);
      Object.assign(variables, absentOutputs(run, prefix, node, call, frame.site.innerScope));
      Object.assign(variables, nodeVariables(prefix, node, artifacts));
    } else Object.assign(variables, loopVariables(run, prefix, run.nodeNamed(groupName), name));
  }
  return { variables, artifacts };
}

/** A loop has outputs once its group is over: its items, whose hooks may ask before, do not see each other. */
function loopVariables(run: RunDraft, prefix: string, group: NodeStatus | undefined, step: string): Variables {
  if (!group || !isFulfilled(group.phase)) return {};
  // Items stand in the group itself: of a loop as a whole, the group tells how it went and when.
  const whole = nodeVariables(prefix, group);
  return { ...whole, ...aggregateVariables(prefix, stepItems(run, group, step), group.phase ?? '') };
}

const groupOf = (template: Template, step: string): number =>
  (template.steps ?? []).findIndex((group) => group.some((candidate) => candidate.name === step));

function stepItems(run: RunDraft, group: NodeStatus, step: string): NodeStatus[] {
  const prefix = `${group.name}.${step}(`;
  return childrenOf(run, group).filter((child) => child.name.startsWith(prefix));
}

/** What a DAG task may read: the tasks before it that it mentions, and the template's inputs. */
export function taskVariables(run: RunDraft, frame: DagFrame, text: string, task: string | null): SiblingScope {
  const artifacts = knownArtifacts(run, frame.template);
  const variables = inputVariables(frame.template.inputs);
  for (const name of siblingsIn(text, 'tasks')) {
    if (task !== null && !isAncestor(frame.plan, name, task)) continue;
    const node = worker(run, run.nodeNamed(`${frame.name}.${name}`));
    if (!node || !(isFulfilled(node.phase) || isUp(node))) continue;
    const prefix = `tasks.${name}`;
    Object.assign(variables, absentOutputs(run, prefix, node, frame.plan.tasks.get(name)?.task, frame.site.innerScope));
    Object.assign(variables, nodeVariables(prefix, node, artifacts));
    if (node.type !== 'TaskGroup') continue;
    Object.assign(variables, aggregateVariables(prefix, childrenOf(run, node), node.phase ?? ''));
  }
  return { variables, artifacts };
}

/** Of a retried call its siblings see the last attempt. */
function worker(run: RunDraft, node: NodeStatus | undefined): NodeStatus | undefined {
  if (node?.type !== 'Retry') return node;
  return attemptsOf(run, node).at(-1) ?? node;
}

/** The template's own inputs and what was made global. */
function knownArtifacts(run: RunDraft, template: Template): Artifacts {
  const known: Artifacts = new Map();
  for (const artifact of template.inputs?.artifacts ?? []) known.set(`inputs.artifacts.${artifact.name}`, artifact);
  for (const artifact of run.status.outputs?.artifacts ?? []) {
    known.set(`workflow.outputs.artifacts.${artifact.name}`, artifact);
  }
  return known;
}
