import { templateLibrary } from '@argosy/workflow-spec';
import type { Workflow, WorkflowSpec, WorkflowTemplate } from '@argosy/workflow-spec';
import type { ControllerRules } from '../model/controller-rules.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const template = (spec: WorkflowSpec, kind = 'WorkflowTemplate', name = 'tmpl'): WorkflowTemplate => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
});
const referring = (own: WorkflowSpec = {}, metadata: Partial<Workflow['metadata']> = {}): Workflow => {
  const { spec: _spec, ...rest } = workflow([]);
  const ref = { workflowTemplateRef: { name: 'tmpl' } };
  return { ...rest, metadata: { ...rest.metadata, ...metadata }, spec: { ...ref, ...own } };
};
function simulation(of: Workflow, templates: readonly WorkflowTemplate[], rules: ControllerRules = {}) {
  const run = new WorkflowSimulation(of);
  run.world.templates = templateLibrary(templates);
  run.rules = rules;
  return run;
}
const echo = container('main', {
  inputs: { parameters: [{ name: 'a' }, { name: 'b' }] },
  container: { image: 'alpine', args: ['{{inputs.parameters.a}}', '{{workflow.parameters.b}}'] },
});

describe('a workflow that refers to a template', () => {
  const parameters = [
    { name: 'a', value: 'low' },
    { name: 'b', value: 'low' },
  ];
  const held = { entrypoint: 'main', arguments: { parameters }, templates: [echo], priority: 2 };

  it('runs the merged spec, keeps it, and is labelled with where it comes from', () => {
    const own = { arguments: { parameters: [{ name: 'a', value: 'high' }] } };
    const run = simulation(referring(own), [template(held)]);
    const command = run.pass().commands.find((candidate) => candidate.type === 'EnsurePod');
    expect(command).toMatchObject({ template: { container: { args: ['high', 'low'] } } });
    expect(run.state.status.storedWorkflowTemplateSpec).toMatchObject({
      workflowTemplateRef: { name: 'tmpl' },
      priority: 2,
      arguments: {
        parameters: [
          { name: 'a', value: 'high' },
          { name: 'b', value: 'low' },
        ],
      },
    });
    expect(run.state.workflow.spec).toEqual(referring(own).spec);
    expect(run.state.workflow.metadata.labels).toMatchObject({ 'workflows.argoproj.io/workflow-template': 'tmpl' });
    expect(run.run()).toBe('Succeeded');
  });

  it('does not see what becomes of the template meanwhile', () => {
    const run = simulation(referring(), [template({ ...held, templates: [{ name: 'main', suspend: {} }] })]);
    expect(run.run()).toBe('Running');
    run.world.templates = templateLibrary([]);
    run.restart();
    expect(run.intent({ type: 'ResumeRun' }).ok).toBe(true);
    expect(run.run()).toBe('Succeeded');
  });

  it('finds those of the cluster by their own name', () => {
    const run = simulation(referring({ workflowTemplateRef: { name: 'tmpl', clusterScope: true } }), [
      template(held, 'ClusterWorkflowTemplate'),
    ]);
    expect(run.run()).toBe('Succeeded');
    expect(run.state.workflow.metadata.labels).toMatchObject({
      'workflows.argoproj.io/cluster-workflow-template': 'tmpl',
    });
  });

  it('cannot begin without it', () => {
    const run = simulation(referring(), [template(held, 'ClusterWorkflowTemplate')]);
    expect(run.run()).toBe('Error');
    expect(run.message).toBe('workflowtemplate.argoproj.io "tmpl" not found');
    expect(run.nodes()).toEqual([]);
    expect(run.state.status).toMatchObject({ startedAt: run.state.status.finishedAt });
  });

  it('is suspended by itself alone, and at any time', () => {
    const run = simulation(referring(), [template({ ...held, suspend: true })]);
    expect(run.run()).toBe('Succeeded');
    const suspended = simulation(referring({ suspend: true }), [template(held)]);
    expect(suspended.run()).toBe('Running');
    expect(suspended.world.podNames()).toEqual([]);
    suspended.intent({ type: 'ResumeRun' });
    expect(suspended.run()).toBe('Succeeded');
  });
});

describe('defaults of the controller', () => {
  const workflowDefaults = {
    metadata: { labels: { team: 'default', tier: 'default' }, annotations: { note: 'default' } },
    spec: {
      serviceAccountName: 'runner',
      parallelism: 3,
      templateDefaults: { retryStrategy: { limit: 1 }, container: { image: 'x', env: [{ name: 'A', value: '1' }] } },
    },
  };

  it('lie under a workflow of its own, which then has them in its spec', () => {
    const of = workflow([container('main')], { parallelism: 1 });
    const run = simulation({ ...of, metadata: { ...of.metadata, labels: { team: 'own' } } }, [], { workflowDefaults });
    const { commands, patch } = run.pass();
    expect(patch?.spec).toMatchObject({ serviceAccountName: 'runner' });
    expect(patch?.spec).not.toHaveProperty('parallelism');
    expect(run.state.workflow.spec).toMatchObject({ serviceAccountName: 'runner', parallelism: 1 });
    expect(run.state.status).not.toHaveProperty('storedWorkflowTemplateSpec');
    expect(run.state.workflow.metadata).toMatchObject({
      labels: { team: 'own', tier: 'default' },
      annotations: { note: 'default' },
    });
    expect(commands).toMatchObject([{ template: { container: { image: 'busybox', env: [{ name: 'A' }] } } }]);
    expect(run.node('wf').type).toBe('Retry');
  });

  it('bring labels and a priority that the workflow may ask for', () => {
    const asking = workflow([
      container('main', { container: { image: 'a', args: ['{{workflow.labels.tier}} {{workflow.priority}}'] } }),
    ]);
    const defaults = { ...workflowDefaults, spec: { priority: 3 } };
    expect(simulation(asking, [], { workflowDefaults: defaults }).pass().commands).toMatchObject([
      { template: { container: { args: ['default 3'] } } },
    ]);
    expect(simulation(asking, []).run()).toBe('Failed');
  });

  it('lie under the template that a workflow refers to', () => {
    const held = template({ entrypoint: 'main', templates: [container('main')], serviceAccountName: 'builder' });
    const run = simulation(referring(), [held], { workflowDefaults });
    run.pass();
    expect(run.state.status.storedWorkflowTemplateSpec).toMatchObject({
      serviceAccountName: 'builder',
      parallelism: 3,
    });
    expect(run.state.workflow.metadata.labels).toMatchObject({ team: 'default' });
  });

  it('that change do not change a run that has begun', () => {
    const run = simulation(workflow([{ name: 'main', suspend: {} }]), [], { workflowDefaults });
    run.run();
    run.rules = { workflowDefaults: { spec: { parallelism: 9 } } };
    run.restart();
    run.run();
    expect(run.state.workflow.spec.parallelism).toBe(3);
  });
});

describe('metadata that a spec gives its runs', () => {
  const run = (workflowMetadata: WorkflowSpec['workflowMetadata'], args: string[] = []) =>
    simulation(
      workflow([container('main', { container: { image: 'a', args } })], {
        arguments: { parameters: [{ name: 'p', value: 'v' }] },
        ...(workflowMetadata && { workflowMetadata }),
      }),
      [],
    );

  it('is on the run before anything else happens, and to be read', () => {
    const begun = run(
      {
        labels: { plain: '{{workflow.parameters.p}}' },
        annotations: { note: 'of {{workflow.name}}' },
        labelsFrom: { from: { expression: 'workflow.parameters.p + "-" + workflow.labels.plain' } },
      },
      ['{{workflow.labels.from}}'],
    );
    const { commands, patch } = begun.pass();
    expect(patch?.metadata).toMatchObject({
      labels: { plain: 'v', from: 'v-v' },
      annotations: { note: 'of wf' },
    });
    expect(commands).toMatchObject([{ template: { container: { args: ['v-v'] } } }]);
  });

  it('may be computed from what the spec says besides, in tags and in expressions', () => {
    const begun = run({
      annotations: { team: ' sea ' },
      labelsFrom: {
        from: { expression: '{{= sprig.quote(sprig.trim(workflow.annotations.team)) }}' },
        too: { expression: 'sprig.trim(workflow.annotations.team)' },
      },
    });
    expect(begun.pass().patch?.metadata?.labels).toMatchObject({ from: 'sea', too: 'sea' });
  });

  it.each([
    [{ labels: { a: 'not a label' } }, 'invalid label value "not a label" for label "a"'],
    [{ labels: { 'a b': 'x' } }, 'invalid label name "a b"'],
    [{ labelsFrom: { a: { expression: '1 + 1' } } }, 'failed to evaluate label "a" expression "1 + 1"'],
  ])('that cannot be ends the run before it begins: %j', (workflowMetadata, message) => {
    const broken = run(workflowMetadata);
    expect(broken.run()).toBe('Error');
    expect(broken.message).toContain(message);
    expect(broken.nodes()).toEqual([]);
  });
});

describe('what a spec says about all pods', () => {
  const spec: WorkflowSpec = {
    arguments: { parameters: [{ name: 'claim', value: 'data' }] },
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: '{{workflow.parameters.claim}}' } }],
    podSpecPatch: '{"hostname": "{{inputs.parameters.host}}-{{pod.name}}"}',
    nodeSelector: { plain: 'yes' },
  };
  const main = container('main', { inputs: { parameters: [{ name: 'host', value: 'h' }] } });

  it('has its tags replaced for each pod, which may tell what its template got', () => {
    const { commands } = simulation(workflow([main], spec), []).pass();
    expect(commands).toMatchObject([
      {
        settings: {
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
          podSpecPatch: '{"hostname": "h-wf"}',
        },
      },
    ]);
    expect(commands[0]).not.toHaveProperty('settings.nodeSelector');
  });

  it('is left alone where there are none', () => {
    const { commands } = simulation(workflow([main], { nodeSelector: { plain: 'yes' } }), []).pass();
    expect(commands[0]).not.toHaveProperty('settings');
  });
});
