import { simulate, start } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun, SimulationOptions } from '@argosy/sdk/testing';
import type { ObjectMeta, Template, Workflow, WorkflowSpec, WorkflowTemplate } from '@argosy/workflow-spec';
import { parse } from 'yaml';

/** Templates that cases call without saying what they are. */
const STOCK: Readonly<Record<string, Template>> = {
  c: { container: { image: 'x' } },
  d: { container: { image: 'x' } },
  say: { inputs: { parameters: [{ name: 'm' }] }, container: { image: 'x', args: ['{{inputs.parameters.m}}'] } },
  out: { container: { image: 'x' }, outputs: { parameters: [{ name: 'v', valueFrom: { path: '/v' } }] } },
  s: { script: { image: 'x', command: ['sh'], source: 'echo' } },
  wait: { suspend: {} },
};

export interface Play extends Omit<SimulationOptions, 'pods' | 'templates'> {
  /** The spec of the workflow but for its templates, in YAML. */
  readonly spec?: string;
  /** Metadata but for the name, in YAML. */
  readonly metadata?: string;
  /** WorkflowTemplates by name, each a map of templates in YAML; `cluster/` before the name makes it a cluster's. */
  readonly library?: Readonly<Record<string, string>>;
}

/** Runs a workflow named `wf` as far as it goes by itself. `templates` is a map of templates in YAML; `main` is called. */
export const play = (templates: string, pods: PodScripts = {}, options: Play = {}): SimulatedRun =>
  simulate(...made(templates, pods, options));

/** The same, at its first moment. */
export const begin = (templates: string, pods: PodScripts = {}, options: Play = {}): SimulatedRun =>
  start(...made(templates, pods, options));

function made(
  templates: string,
  pods: PodScripts,
  { spec, metadata, library = {}, ...options }: Play,
): [Workflow, SimulationOptions] {
  const workflow: Workflow = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'wf', ...(metadata !== undefined && (parse(metadata) as ObjectMeta)) },
    spec: {
      entrypoint: 'main',
      templates: templatesOf({ ...STOCK, ...(parse(templates) as Record<string, Template>) }),
      ...(spec !== undefined && (parse(spec) as WorkflowSpec)),
    },
  };
  const others = Object.entries(library).map(([name, text]): WorkflowTemplate => {
    const isCluster = name.startsWith('cluster/');
    return {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: isCluster ? 'ClusterWorkflowTemplate' : 'WorkflowTemplate',
      metadata: { name: name.replace('cluster/', '') },
      spec: { templates: templatesOf({ c: STOCK.c ?? {}, ...(parse(text) as Record<string, Template>) }) },
    };
  });
  return [workflow, { ...options, pods, templates: others }];
}

const templatesOf = (byName: Readonly<Record<string, Template>>): Template[] =>
  Object.entries(byName).map(([name, template]) => ({ name, ...template }));

/** The lines of a tree as a text, for comparing with `run.tree`. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The first argument that each pod's program got, by display name. */
export const said = (run: SimulatedRun): Record<string, string | undefined> =>
  Object.fromEntries(
    [...run.pods]
      .sort((a, b) => byNumber.compare(a.displayName, b.displayName))
      .map(({ displayName, template }) => [displayName, template.container?.args?.[0]]),
  );
const byNumber = new Intl.Collator('en', { numeric: true });

/** What a step `say` says when its argument `m` is this text, in a workflow that has whatever else is given. */
export function saying(text: string, options: Play = {}): string | undefined {
  const templates = { main: { steps: [[{ name: 'a', template: 'say', arguments: argument(text) }]] } };
  return said(play(JSON.stringify(templates), {}, options)).a;
}

const argument = (value: string): object => ({ parameters: [{ name: 'm', value }] });

/** `name: Phase` of every node but groups, in the order of the tree. */
export const phases = (run: SimulatedRun): Record<string, string | undefined> =>
  Object.fromEntries(
    run.nodes
      .filter(({ type }) => !['Steps', 'DAG', 'StepGroup', 'TaskGroup', 'Retry'].includes(type))
      .map(({ displayName, phase }) => [displayName, phase]),
  );
