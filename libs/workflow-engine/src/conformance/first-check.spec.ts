import { templateLibrary } from '@argosy/workflow-spec';
import type { Parameter, Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { ControllerRules } from '../model/controller-rules.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const main = container('main');
const ended = (templates: Template[], spec: WorkflowSpec = {}): string => {
  const run = new WorkflowSimulation(workflow(templates, spec));
  run.run();
  expect(run.nodes()).toEqual([]);
  return `${run.state.status.phase} ${run.message}`;
};
const given = (...parameters: Parameter[]): WorkflowSpec => ({ arguments: { parameters } });

describe('the first pass over a run', () => {
  it('ends it when its spec cannot be run, before anything is made', () => {
    const call = { name: 'main', steps: [[{ name: 'a', template: 'echo' }]] };
    const echo = container('echo', { inputs: { parameters: [{ name: 'text' }] } });
    expect(ended([call])).toBe(
      'Failed invalid spec: spec.templates[0].steps[0][0].template: template "echo" is not defined (known: main)',
    );
    expect(ended([call, echo])).toBe(
      'Failed invalid spec: spec.templates[0].steps[0][0]: parameter "text" of template "echo" was not supplied',
    );
    expect(ended([{ name: 'main' }, { name: 'main' }])).toMatch(/^Failed invalid spec: .*, and 2 more$/);
    expect(ended([main], { workflowTemplateRef: { name: 't' } })).toBe(
      'Error workflowtemplate.argoproj.io "t" not found',
    );
  });

  it('looks at the merged spec, wherever its parts come from', () => {
    const run = new WorkflowSimulation(workflow([], { workflowTemplateRef: { name: 't' }, entrypoint: 'mian' }));
    delete run.state.workflow.spec.templates;
    const t = { apiVersion: 'argoproj.io/v1alpha1', kind: 'WorkflowTemplate', metadata: { name: 't' } };
    run.world.templates = templateLibrary([{ ...t, spec: { templates: [main] } }]);
    expect(run.run()).toBe('Failed');
    expect(run.message).toBe('invalid spec: spec.entrypoint: template "mian" is not defined (did you mean "main"?)');
  });

  it.each([
    [{ name: 'p' }, 'invalid spec: spec.arguments.p.value or spec.arguments.p.valueFrom is required'],
    [
      { name: 'p', value: 'c', enum: ['a', 'b'] },
      'invalid spec: spec.arguments.parameters[0].value: "c" is not in the enum of parameter "p": a, b',
    ],
    [
      { name: 'p', valueFrom: { supplied: {} } },
      'failed to set global parameters: either value or valueFrom must be specified in order to set global parameter p',
    ],
    [
      { name: 'p', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
      "failed to set global parameters: failed to set global parameter p from configmap with name c and key k: ConfigMap 'c' does not have the key 'k'",
    ],
  ])('needs the values of arguments: %j', (parameter, message) => {
    expect(ended([main], given(parameter))).toBe(`Failed ${message}`);
  });

  it.each([
    [{ arguments: { parameters: { p: 'x' } } }, 'spec.arguments.parameters: expected a list, found a map'],
    [{ templates: 'main' }, 'spec.templates: expected a list, found the string "main"'],
    [{ templates: [{ name: 'main', steps: {} }] }, 'spec.templates[0].steps: expected a list, found a map'],
    [{ entrypoint: 3 }, 'spec.entrypoint: expected a string, found the number 3'],
    ['main', 'spec: expected a map, found the string "main"'],
  ])('reads the spec, or fails as it cannot: %j', (wrong, message) => {
    const run = new WorkflowSimulation(workflow([main]));
    const spec = typeof wrong === 'string' ? wrong : { ...run.state.workflow.spec, ...wrong };
    run.state = { ...run.state, workflow: { ...run.state.workflow, spec: spec as WorkflowSpec } };
    expect(run.run()).toBe('Failed');
    expect(run.message).toMatch(`cannot unmarshall spec: ${message}`);
  });

  it('knows the executor plugins of the cluster, where there is somebody to tell', () => {
    const executorPlugins = [{ metadata: { name: 'a' }, spec: { sidecar: { container: { name: 'a', image: 'x' } } } }];
    const of = (rules: ControllerRules): string => {
      const run = new WorkflowSimulation(workflow([main], { executorPlugins }), undefined, undefined, rules);
      return `${run.run()} ${run.message}`.trim();
    };
    expect([of({}), of({ executorPlugins: ['b', 'a'] })]).toEqual(['Succeeded', 'Succeeded']);
    const refused = 'Failed invalid spec: spec.executorPlugins: "a" is no executor plugin of this cluster';
    expect(of({ executorPlugins: [] })).toBe(`${refused}, and a workflow cannot bring its own (there is none)`);
  });

  it('is the only one that judges', () => {
    const wait = { name: 'main', suspend: {} };
    const run = new WorkflowSimulation(workflow([wait]), undefined, undefined, { validate: false });
    run.run();
    const { workflow: begun } = run.state;
    run.state = {
      ...run.state,
      workflow: { ...begun, spec: { ...begun.spec, templates: [wait, { name: 'broken' }] } },
    };
    run.rules = {};
    run.restart();
    run.intent({ type: 'ResumeRun' });
    expect(run.run()).toBe('Succeeded');
  });
});
