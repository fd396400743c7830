import { templateLibrary } from '@argosy/workflow-spec';
import type { Template, TemplateRef, Workflow, WorkflowSpec, WorkflowTemplate } from '@argosy/workflow-spec';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';
import { randomScript, randomWorkflow } from '../testing/random-workflow.js';

const holder = (name: string, templates: Template[], spec: WorkflowSpec = {}, kind = 'WorkflowTemplate') =>
  ({ apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name }, spec: { templates, ...spec } }) as WorkflowTemplate;
const ofCluster = (name: string, templates: Template[], spec: WorkflowSpec = {}) =>
  holder(name, templates, spec, 'ClusterWorkflowTemplate');
const ref = (name: string, template: string, clusterScope = false): { templateRef: TemplateRef } => ({
  templateRef: { name, template, ...(clusterScope && { clusterScope }) },
});
const calls = (name: string, ...steps: NonNullable<Template['steps']>[number]): Template => ({ name, steps: [steps] });
const says = (name: string, word: string): Template => container(name, { container: { image: 'a', args: [word] } });

function simulation(of: Workflow, templates: readonly WorkflowTemplate[]) {
  const said: Record<string, readonly string[] | undefined> = {};
  const run = new WorkflowSimulation(of, (pod) => {
    said[pod.nodeName] = pod.template.container?.args;
    return {};
  });
  run.world.templates = templateLibrary(templates);
  return { run, said };
}

describe('a template of another object', () => {
  it('is found by steps, tasks, hooks and exit handlers, in the namespace or the cluster', () => {
    const { run, said } = simulation(
      workflow(
        [
          {
            name: 'main',
            steps: [
              [
                { name: 'step', ...ref('near', 'work'), onExit: 'after' },
                { name: 'dag', template: 'dag' },
              ],
            ],
          },
          {
            name: 'dag',
            dag: { tasks: [{ name: 'task', ...ref('far', 'work', true), hooks: { exit: ref('near', 'work') } }] },
          },
          says('after', 'after'),
        ],
        { hooks: { exit: ref('far', 'work', true) } },
      ),
      [holder('near', [says('work', 'near')]), ofCluster('far', [says('work', 'far')])],
    );
    expect(run.run()).toBe('Succeeded');
    expect(said).toEqual({
      'wf[0].step': ['near'],
      'wf[0].step.onExit': ['after'],
      'wf[0].dag.task': ['far'],
      'wf[0].dag.task.onExit': ['near'],
      'wf.onExit': ['far'],
    });
    expect(run.node('wf[0].step')).toMatchObject({
      templateRef: { name: 'near', template: 'work' },
      templateScope: 'local/wf',
    });
  });

  it('looks its own names up where it is itself, however deep', () => {
    const near = holder('near', [
      calls('main', { name: 'own', template: 'work' }, { name: 'other', ...ref('far', 'main', true) }),
      says('work', 'near'),
    ]);
    const far = ofCluster('far', [calls('main', { name: 'own', template: 'work' }), says('work', 'far')]);
    const { run, said } = simulation(
      workflow([calls('main', { name: 'a', ...ref('near', 'main') }), says('work', 'x')]),
      [near, far],
    );
    expect(run.run()).toBe('Succeeded');
    expect(said).toEqual({ 'wf[0].a[0].own': ['near'], 'wf[0].a[0].other[0].own': ['far'] });
    expect(run.nodes().map(({ name, templateScope }) => `${name} ${templateScope}`)).toEqual([
      'wf local/wf',
      'wf[0] local/wf',
      'wf[0].a local/wf',
      'wf[0].a[0] namespaced/near',
      'wf[0].a[0].other namespaced/near',
      'wf[0].a[0].other[0] cluster/far',
      'wf[0].a[0].other[0].own cluster/far',
      'wf[0].a[0].own namespaced/near',
    ]);
    expect(Object.keys(run.state.status.storedTemplates ?? {}).sort()).toEqual([
      'cluster/far/main',
      'cluster/far/work',
      'namespaced/near/main',
      'namespaced/near/work',
    ]);
  });

  it('stays as it was when it was first used', () => {
    const wait = (name: string): Template => ({ name, suspend: {} });
    const of = workflow([
      { name: 'main', steps: [[{ name: 'a', ...ref('near', 'main') }], [{ name: 'b', ...ref('near', 'main') }]] },
    ]);
    const { run } = simulation(of, [holder('near', [wait('main')])]);
    expect(run.run()).toBe('Running');
    run.world.templates = templateLibrary([]);
    run.restart();
    run.intent({ type: 'ResumeRun' });
    expect(run.run()).toBe('Running');
    expect(run.node('wf[1].b')).toMatchObject({ type: 'Suspend', phase: 'Running' });
  });

  it('is found again by whoever takes the run up, at any moment', () => {
    const near = holder('near', [
      calls(
        'main',
        { name: 'own', template: 'work' },
        { name: 'in', inline: calls('', { name: 'x', template: 'work' }) },
      ),
      { ...says('work', 'near'), retryStrategy: { limit: 1 } },
    ]);
    const of = workflow([
      {
        name: 'main',
        dag: {
          tasks: [
            { name: 'a', ...ref('near', 'main') },
            { name: 'b', ...ref('near', 'work'), depends: 'a' },
          ],
        },
      },
    ]);
    const { run } = simulation(of, [near]);
    expect(run.run()).toBe('Succeeded');
    const { run: interrupted } = simulation(of, [near]);
    for (let passes = 0; interrupted.state.status.phase !== 'Succeeded' && passes < 100; passes++) {
      interrupted.sleep(500);
      interrupted.restart();
      interrupted.world.templates = templateLibrary([]);
    }
    expect(interrupted.tree()).toEqual(run.tree());
    expect(interrupted.state.status.storedTemplates).toEqual(run.state.status.storedTemplates);
    expect(Math.max(...interrupted.world.created.values())).toBe(1);
  });

  it('gets templateDefaults of the workflow, and pod metadata of its holder under its own', () => {
    const work = container('work', { metadata: { labels: { a: 'own' } } });
    const podMetadata = { labels: { a: 'holder', b: 'holder' }, annotations: { c: 'holder' } };
    const run = new WorkflowSimulation(
      workflow([calls('main', { name: 'a', ...ref('near', 'work') })], {
        templateDefaults: { timeout: '5s', script: { image: 'no', source: '' } },
      }),
    );
    run.world.templates = templateLibrary([holder('near', [work], { podMetadata, serviceAccountName: 'ignored' })]);
    expect(run.pass().commands).toMatchObject([
      {
        template: {
          timeout: '5s',
          metadata: { labels: { a: 'own', b: 'holder' }, annotations: { c: 'holder' } },
        },
      },
    ]);
    expect(run.run()).toBe('Succeeded');
  });

  it('may hold templates inline, which are kept with it', () => {
    const near = holder('near', [
      calls('main', { name: 'in', inline: calls('', { name: 'own', template: 'work' }) }),
      says('work', 'near'),
    ]);
    const { run, said } = simulation(
      workflow([calls('main', { name: 'a', ...ref('near', 'main') }, { name: 'b', inline: says('', 'inline') })]),
      [near],
    );
    expect(run.run()).toBe('Succeeded');
    expect(said).toEqual({ 'wf[0].a[0].in[0].own': ['near'], 'wf[0].b': ['inline'] });
    expect(Object.keys(run.state.status.storedTemplates ?? {}).sort()).toEqual([
      'namespaced/near/inline/in',
      'namespaced/near/main',
      'namespaced/near/work',
    ]);
  });

  it.each([
    [ref('nowhere', 'work'), 'workflow template nowhere not found'],
    [ref('near', 'nothing'), 'template nothing not found in workflow template near'],
    [ref('near', 'work', true), 'workflow template near not found'],
    [ref('near', 'broken'), 'template gone not found'],
  ])('that is not there makes the call an error: %j', (call, message) => {
    const when = { withParam: '["x"]', ...call };
    const { run } = simulation(workflow([calls('main', { name: 'a', ...when })]), [
      holder('near', [says('work', 'near'), calls('broken', { name: 'b', template: 'gone' })]),
    ]);
    run.rules = { validate: false };
    expect(run.run()).toBe('Failed');
    expect(run.nodes().map((node) => node.message)).toContain(message);
  });
});

describe('whatever the workflow', () => {
  const treeOf = (of: Workflow, templates: readonly WorkflowTemplate[], seed: number): string[] => {
    const run = new WorkflowSimulation(of, randomScript(seed));
    run.world.templates = templateLibrary(templates);
    run.run();
    return [`${run.state.status.phase} ${run.message}`, ...run.tree()];
  };
  /** The template, calling what the library holds instead of what is beside it. */
  const byReference = (template: Template): Template => {
    const calling = <T extends { template?: string }>({ template: name, ...call }: T) => ({
      ...call,
      ...ref('lib', name ?? ''),
    });
    return {
      ...template,
      ...(template.steps && { steps: template.steps.map((group) => group.map(calling)) }),
      ...(template.dag && { dag: { ...template.dag, tasks: template.dag.tasks.map(calling) } }),
    };
  };

  it('it comes to the same by reference, to all of it or to its templates', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const direct = randomWorkflow(seed);
      const { spec } = direct;
      const { templates = [] } = spec;
      const tree = treeOf(direct, [], seed);
      const referring = { ...direct, spec: { workflowTemplateRef: { name: 'whole' } } };
      expect([seed, treeOf(referring, [holder('whole', templates, spec)], seed)]).toEqual([seed, tree]);
      const own = { ...direct, spec: { ...spec, templates: templates.map(byReference) } };
      expect([seed, treeOf(own, [holder('lib', templates)], seed)]).toEqual([seed, tree]);
    }
  });
});
