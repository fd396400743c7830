import { attempts, fails, simulate, start, succeeds } from '@argosy/sdk/testing';
import type { SimulatedRun, SimulationOptions } from '@argosy/sdk/testing';
import { lines, phases, said } from './play.js';

/** What is kept in the cluster: two parameters, two templates to begin with, and an exit handler. */
const KEPT = `
  entrypoint: build
  onExit: bye
  priority: 2
  arguments: { parameters: [{ name: what, value: all }, { name: how, value: fast }] }
  templates:
    - { name: build, container: { image: x, args: ['{{workflow.parameters.what}} {{workflow.parameters.how}}'] } }
    - { name: test, inputs: { parameters: [{ name: what }] }, container: { image: x, args: ['{{inputs.parameters.what}}'] } }
    - { name: bye, container: { image: x, args: [bye] } }`;

const kept = (spec: string, kind = 'WorkflowTemplate'): string => `
apiVersion: argoproj.io/v1alpha1
kind: ${kind}
metadata: { name: kept, labels: { of: template } }
spec:${spec}
`;
const workflow = (own: string, ref: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec: { workflowTemplateRef: ${ref}, ${own} }
`;

interface Referring extends SimulationOptions {
  /** The spec of what is kept. */
  readonly template?: string;
  readonly kind?: string;
  readonly ref?: string;
}
const made = (own: string, { template = KEPT, kind, ref = '{ name: kept }', ...options }: Referring) =>
  [workflow(own, ref), { templates: kept(template, kind), ...options }] as const;
/** A workflow that says `own`, and for the rest refers to what is kept. */
const refer = (own = '', options: Referring = {}): SimulatedRun => simulate(...made(own, options));

describe('a workflow that refers to a WorkflowTemplate', () => {
  it('is what the template says, from entrypoint to exit handler', () => {
    const run = refer();
    expect(run.tree).toEqual(
      lines(`
        wf: Pod Succeeded
        onExit: Pod Succeeded`),
    );
    expect(said(run)).toEqual({ wf: 'all fast', 'wf.onExit': 'bye' });
  });

  it('has arguments of its own, parameter by parameter', () => {
    expect(said(refer('arguments: { parameters: [{ name: how, value: slowly }] }')).wf).toBe('all slowly');
    expect(said(refer('', { parameters: { what: 'docs' } })).wf).toBe('docs fast');
  });

  it('may begin with another of its templates, which then needs its inputs', () => {
    expect(said(refer('entrypoint: test')).wf).toBe('all');
    expect(said(refer('entrypoint: test', { parameters: { what: 'units' } })).wf).toBe('units');
    const without = KEPT.replace('{ name: what, value: all }, ', '').replace('{{workflow.parameters.what}} ', '');
    const run = refer('entrypoint: test', { template: without, validate: false });
    expect(run.message).toContain('inputs.parameters.what was not supplied');
  });

  it('wins wherever both say something; hooks are joined by name', () => {
    const template = `${KEPT}
  hooks:
    running: { expression: workflow.status == "Running", template: bye }
    failed: { expression: workflow.status == "Failed", template: bye }`;
    const own = `onExit: test, hooks: { failed: { expression: 'workflow.status == "Succeeded"', template: build } }`;
    const run = refer(own, { template, pods: { build: succeeds({ runs: '1m' }) } });
    expect(said(run)).toEqual({
      wf: 'all fast',
      'wf.hooks.failed': 'all fast',
      'wf.hooks.running': 'bye',
      'wf.onExit': 'all',
    });
    const { storedWorkflowTemplateSpec: merged } = refer('priority: 7').workflow.status ?? {};
    expect(merged).toMatchObject({ priority: 7, entrypoint: 'build' });
  });

  it('keeps on record what it runs, and leaves its own spec as it is', () => {
    const { spec, status } = refer('serviceAccountName: me').workflow;
    expect(spec).toEqual({ workflowTemplateRef: { name: 'kept' }, serviceAccountName: 'me' });
    expect(status?.storedWorkflowTemplateSpec).toMatchObject({ serviceAccountName: 'me', onExit: 'bye' });
    expect(status?.storedWorkflowTemplateSpec?.templates?.map(({ name }) => name)).toEqual(['build', 'test', 'bye']);
  });

  it('says in a label where it comes from; labels of the template are not its own', () => {
    const { labels } = refer().workflow.metadata;
    expect(labels).toMatchObject({ 'workflows.argoproj.io/workflow-template': 'kept' });
    expect(labels).not.toHaveProperty('of');
  });

  it('gets the metadata that the template has for its runs', () => {
    const template = `${KEPT}
  workflowMetadata:
    labels: { team: a }
    annotations: { note: 'of {{workflow.name}}' }
    labelsFrom: { what: { expression: workflow.parameters.what } }`;
    const { labels, annotations } = refer('', { template, parameters: { what: 'docs' } }).workflow.metadata;
    expect(labels).toMatchObject({ team: 'a', what: 'docs' });
    expect(annotations).toMatchObject({ note: 'of wf' });
  });

  it('finds a ClusterWorkflowTemplate where it says so, and no other', () => {
    const cluster = { kind: 'ClusterWorkflowTemplate', ref: '{ name: kept, clusterScope: true }' };
    const run = refer('', cluster);
    expect(run.phase).toBe('Succeeded');
    expect(run.workflow.metadata.labels).toMatchObject({ 'workflows.argoproj.io/cluster-workflow-template': 'kept' });
    const lost = refer('', { ...cluster, ref: '{ name: kept }', validate: false });
    expect([lost.phase, lost.message]).toEqual(['Error', 'workflowtemplate.argoproj.io "kept" not found']);
    expect(lost.nodes).toEqual([]);
  });

  it('has no templates of its own', () => {
    const own = 'templates: [{ name: mine, container: { image: x } }]';
    expect(() => refer(own)).toThrow(/templates/);
  });

  it('is suspended by nobody but itself', () => {
    expect(refer('', { template: `${KEPT}\n  suspend: true` }).phase).toBe('Succeeded');
    const run = refer('suspend: true');
    expect([run.phase, run.pods]).toEqual(['Running', []]);
    expect(run.resume().finish().phase).toBe('Succeeded');
  });

  it('can be retried, stopped and begun anew like any other', () => {
    const run = refer('', { pods: { build: attempts(fails(), succeeds()) } });
    expect(run.phase).toBe('Failed');
    run
      .restart()
      .retry({ parameters: ['what=docs'] })
      .finish();
    expect([run.phase, said(run).wf]).toEqual(['Succeeded', 'docs fast']);
    const stopped = start(...made('', { pods: { build: succeeds({ runs: '1h' }) } })).at('1m');
    expect(stopped.stop().finish().message).toBe("Stopped with strategy 'Stop'");
    expect(phases(stopped)['wf.onExit']).toBe('Succeeded');
  });
});

describe('defaults', () => {
  const workflowDefaults = { spec: { priority: 1, parallelism: 3, serviceAccountName: 'runner' } };

  it('of the controller lie under the template, which lies under the workflow', () => {
    const { status } = refer('parallelism: 9', { rules: { workflowDefaults } }).workflow;
    expect(status?.storedWorkflowTemplateSpec).toMatchObject({
      serviceAccountName: 'runner',
      priority: 2,
      parallelism: 9,
    });
  });

  const template = (defaults: string): string => `${KEPT}
    - name: both
      steps: [[{ name: a, template: build }], [{ name: b, template: own }]]
    - name: own
      retryStrategy: { limit: 0 }
      container: { image: own, env: [{ name: OWN, value: o }] }
  templateDefaults: ${defaults}`;

  it('of a template hold for all templates that do not say otherwise, steps too', () => {
    const run = refer('entrypoint: both', {
      template: template('{ retryStrategy: { limit: 1 } }'),
      pods: { build: attempts(fails(), succeeds()), own: fails() },
    });
    expect(run.tree).toEqual(
      lines(`
        wf: Retry Failed (No more retries left) -> (0), (1)
        (0): Steps Failed (child '(0)[1].b' failed) -> (0)[0]
        (0)[0]: StepGroup Succeeded -> (0)[0].a
        (0)[0].a: Retry Succeeded -> (0)[0].a(0), (0)[0].a(1)
        (0)[0].a(0): Pod Failed (main: Error (exit code 1))
        (0)[0].a(1): Pod Succeeded -> (0)[1]
        (0)[1]: StepGroup Failed (child '(0)[1].b' failed) -> (0)[1].b
        (0)[1].b: Retry Failed (No more retries left) -> (0)[1].b(0)
        (0)[1].b(0): Pod Failed (main: Error (exit code 1))
        (1): Steps Failed (child '(1)[1].b' failed) -> (1)[0]
        (1)[0]: StepGroup Succeeded -> (1)[0].a
        (1)[0].a: Retry Succeeded -> (1)[0].a(0)
        (1)[0].a(0): Pod Succeeded -> (1)[1]
        (1)[1]: StepGroup Failed (child '(1)[1].b' failed) -> (1)[1].b
        (1)[1].b: Retry Failed (No more retries left) -> (1)[1].b(0)
        (1)[1].b(0): Pod Failed (main: Error (exit code 1))
        onExit: Retry Succeeded -> onExit(0)
        onExit(0): Pod Succeeded`),
    );
  });

  it('of a template fill in its container, and never change what kind of template it is', () => {
    const run = refer('entrypoint: both', {
      template: template('{ container: { image: z, workingDir: /w, env: [{ name: ALL, value: a }] } }'),
    });
    expect(run.node('wf').type).toBe('Steps');
    const { container } = run.pod('b(0)').template;
    expect(container).toMatchObject({ image: 'own', workingDir: '/w' });
    expect(container?.env?.map(({ name }) => name).sort()).toEqual(['ALL', 'OWN']);
  });

  it('of the workflow come before those of the template', () => {
    const run = refer('entrypoint: own, templateDefaults: { timeout: 20s }', {
      template: template('{ timeout: 10s, metadata: { labels: { of: template } } }'),
    });
    const { timeout, metadata } = run.pod('(0)').template;
    expect([timeout, metadata?.labels]).toEqual(['20s', { of: 'template' }]);
  });

  it('hold for templates of others that are called, not the other way round', () => {
    const others = `
      entrypoint: main
      templates: [{ name: called, container: { image: x } }]
      templateDefaults: { timeout: 10s }`;
    const caller = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec:
  entrypoint: main
  templateDefaults: { container: { workingDir: /mine } }
  templates: [{ name: main, steps: [[{ name: a, templateRef: { name: kept, template: called } }]] }]
`;
    const { template: called } = simulate(caller, { templates: kept(others.replace('entrypoint: main', '')) }).pod('a');
    expect(called.container).toMatchObject({ image: 'x', workingDir: '/mine' });
    expect(called.timeout).toBeUndefined();
  });
});
