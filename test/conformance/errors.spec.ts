import { ManifestError } from '@argosy/sdk/testing';
import { begin, play } from './play.js';

/** What keeps a workflow from starting. */
function refusal(templates: string, spec?: string): string {
  try {
    begin(templates, {}, spec === undefined ? {} : { spec });
  } catch (error) {
    if (error instanceof ManifestError)
      return error.problems
        .map(({ path, message }) => `${path.replace('templates[6]', 'templates[main]')}: ${message}`)
        .join('\n');
    throw error;
  }
  return 'accepted';
}
const c = 'c2: { container: { image: x } }';

describe('is refused before anything runs', () => {
  it.each([
    ['no entrypoint', c, 'entrypoint: ""', 'spec: "entrypoint" is missing'],
    ['an entrypoint that is not there', c, 'entrypoint: nowhere', 'spec.entrypoint: template "nowhere" is not defined'],
    ['a template without a kind', 'main: { }', '', 'spec.templates[main]: template "main" has no type'],
    [
      'a template of two kinds',
      'main: { container: { image: x }, script: { image: x, source: x } }',
      '',
      'spec.templates[main].script: a template has one type, this one has container and script',
    ],
    [
      'a container without an image',
      'main: { container: { command: [x] } }',
      '',
      'spec.templates[main].container: the container has no image',
    ],
    [
      'a step that calls nothing',
      'main: { steps: [[{ name: a }]] }',
      '',
      'spec.templates[main].steps[0][0]: the step calls no template',
    ],
    [
      'a step that calls what is not there',
      'main: { steps: [[{ name: a, template: nowhere }]] }',
      '',
      'spec.templates[main].steps[0][0].template: template "nowhere" is not defined',
    ],
    [
      'two steps of one name',
      'main: { steps: [[{ name: a, template: c }], [{ name: a, template: c }]] }',
      '',
      'spec.templates[main].steps[1][0].name: there are two steps with the name "a"',
    ],
    [
      'a name with spaces',
      'main: { steps: [[{ name: "a b", template: c }]] }',
      '',
      'spec.templates[main].steps[0][0].name: "a b" is no valid name for a step',
    ],
    [
      'a task that depends on nobody',
      'main: { dag: { tasks: [{ name: a, template: c, depends: x }] } }',
      '',
      'spec.templates[main].dag.tasks[0].depends: task "x" is not defined',
    ],
    [
      'a task that depends on itself',
      'main: { dag: { tasks: [{ name: a, template: c, depends: a }] } }',
      '',
      'spec.templates[main].dag.tasks[0].depends: task "a" depends on itself',
    ],
    [
      'depends and dependencies together',
      'main: { dag: { tasks: [{ name: b, template: c }, { name: a, template: c, depends: b, dependencies: [b] }] } }',
      '',
      'spec.templates[main].dag.tasks[1].dependencies: a DAG cannot use both depends and dependencies',
    ],
    [
      'a depends that is broken',
      'main: { dag: { tasks: [{ name: b, template: c }, { name: a, template: c, depends: "b &&" }] } }',
      '',
      'spec.templates[main].dag.tasks[1].depends: depends ends where a task is expected',
    ],
    [
      'a target that is not there',
      'main: { dag: { target: x, tasks: [{ name: a, template: c }] } }',
      '',
      'spec.templates[main].dag.target: target "x" is not a task of this DAG',
    ],
    [
      'a missing argument',
      'main: { steps: [[{ name: a, template: say }]] }',
      '',
      'spec.templates[main].steps[0][0]: parameter "m" of template "say" was not supplied',
    ],
    [
      'a tag of a step that does not exist',
      'main: { steps: [[{ name: a, template: say, arguments: { parameters: [{ name: m, value: "{{steps.x.outputs.result}}" }] } }]] }',
      '',
      'spec.templates[main].steps[0][0].arguments.parameters[0].value: failed to resolve {{steps.x.outputs.result}}',
    ],
    [
      'a tag of a later step',
      'main: { steps: [[{ name: a, template: say, arguments: { parameters: [{ name: m, value: "{{steps.b.outputs.result}}" }] } }], [{ name: b, template: s }]] }',
      '',
      'spec.templates[main].steps[0][0].arguments.parameters[0].value: failed to resolve {{steps.b.outputs.result}}',
    ],
    [
      'a tag of a parameter nobody declared',
      'main: { container: { image: x, args: ["{{workflow.parameters.p}}"] } }',
      '',
      'spec.templates[main].container.args[0]: failed to resolve {{workflow.parameters.p}}',
    ],
    [
      'a tag of an input nobody declared',
      'main: { container: { image: x, args: ["{{inputs.parameters.p}}"] } }',
      '',
      'spec.templates[main].container.args[0]: failed to resolve {{inputs.parameters.p}}',
    ],
    [
      'a retry policy that is none',
      'main: { retryStrategy: { retryPolicy: Sometimes }, container: { image: x } }',
      '',
      'spec.templates[main].retryStrategy.retryPolicy: "Sometimes" is not one of Always, OnFailure, OnError, OnTransientError',
    ],
    [
      'a pod gc strategy that is none',
      'main: { container: { image: x } }',
      'podGC: { strategy: Never }',
      'spec.podGC.strategy: "Never" is not one of OnPodCompletion, OnPodSuccess, OnWorkflowCompletion, OnWorkflowSuccess',
    ],
    [
      'an exit handler that is not there',
      'main: { container: { image: x } }',
      'onExit: nowhere',
      'spec.onExit: template "nowhere" is not defined',
    ],
    [
      'an output of a container without a path',
      'main: { container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { parameter: x } }] } }',
      '',
      'spec.templates[main].outputs.parameters[0].valueFrom: an output parameter of a container template needs path',
    ],
    [
      'an output of steps from a path',
      'main: { steps: [[{ name: a, template: c }]], outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }',
      '',
      'spec.templates[main].outputs.parameters[0].valueFrom: an output parameter of a steps template needs parameter or expression',
    ],
    [
      'an expression that is broken',
      'main: { steps: [[{ name: a, template: c, hooks: { h: { template: c, expression: "1 +" } } }]] }',
      '',
      'spec.templates[main].steps[0][0].hooks.h.expression: unexpected end of expression',
    ],
  ])('%s', (_what, templates, spec, message) => {
    expect(refusal(templates, spec)).toBe(message);
  });
});

describe('what only shows when it runs', () => {
  it.each([
    ['main: { steps: [[{ name: a, template: "{{workflow.parameters.t}}" }]] }', 'template nowhere not found'],
    ['main: { steps: [[{ name: a, templateRef: { name: "{{workflow.parameters.t}}", template: x } }]] }', 'nowhere'],
  ])('%s', (templates, message) => {
    const run = play(templates, {}, { parameters: { t: 'nowhere' }, validate: false });
    expect(run.phase).toBe('Failed');
    expect(run.node('a')).toMatchObject({ type: 'Skipped', phase: 'Error' });
    expect(run.node('a').message).toContain(message);
    expect(run.message).toMatch(/^step group deemed errored due to child wf\[0\]\.a error: /);
  });

  it('an entry that is not there', () => {
    const run = play(
      c,
      {},
      { spec: 'entrypoint: "{{workflow.parameters.t}}"', parameters: { t: 'nowhere' }, validate: false },
    );
    expect(run.phase).toBe('Error');
    expect(run.message).toMatch(/^error in entry template execution: .*not found/);
  });

  it('an artifact that comes from nowhere', () => {
    const run = play(
      'main: { inputs: { artifacts: [{ name: a, path: /a }] }, container: { image: x } }',
      {},
      { validate: false },
    );
    expect(run.message).toBe('error in entry template execution: inputs.artifacts.a was not supplied');
  });

  it('the exit handler runs even then', () => {
    const run = play(
      'main: { inputs: { parameters: [{ name: p }] }, container: { image: x } }',
      {},
      {
        spec: 'onExit: c',
        validate: false,
      },
    );
    expect(run.node('onExit').phase).toBe('Succeeded');
    expect(run.message).toBe('error in entry template execution: inputs.parameters.p was not supplied');
  });

  it.each([
    ["{{= asInt('x')}}", /asInt|number|int/],
    ["{{= fromJSON('{')}}", /JSON/],
    ['{{= nil}}', /nil/],
    ['{{= [1][5]}}', /range|index/],
  ])('%s in a template', (tag, message) => {
    const run = play(JSON.stringify({ main: { container: { image: 'x', args: [tag] } } }), {}, { validate: false });
    expect(run.phase).toBe('Error');
    expect(run.message).toMatch(message);
  });
});
