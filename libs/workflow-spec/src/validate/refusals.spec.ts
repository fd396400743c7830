import { readdirSync, readFileSync } from 'node:fs';
import { libraryOf, lintManifests, parseManifests, refusals } from '../index.js';
import type { Workflow } from '../index.js';

const none = libraryOf([]);
const HEAD = 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  entrypoint: main\n';
const workflowsIn = (text: string): Workflow[] =>
  parseManifests(text).documents.flatMap((document) => (document.kind === 'Workflow' ? [document.value] : []));
const refused = (spec: string): string[] =>
  workflowsIn(HEAD + spec).flatMap((workflow) =>
    refusals(workflow, none).map(({ path, message }) => `${path}: ${message}`),
  );

describe('what keeps a workflow from beginning', () => {
  it.each([
    ['  templates: []', 'spec: "templates" is missing'],
    [
      '  templates: [{name: main, steps: [[{name: a, template: gone}]]}]',
      'spec.templates[0].steps[0][0].template: template "gone" is not defined',
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, templateRef: {name: nowhere, template: t}}]]}]',
      'spec.templates[0].steps[0][0].templateRef.name: there is no WorkflowTemplate "nowhere"',
    ],
    [
      '  templates: [{name: main, container: {image: a, args: ["{{inputs.parameters.typo}}"]}}]',
      'spec.templates[0].container.args[0]: failed to resolve {{inputs.parameters.typo}}',
    ],
    [
      '  templates: [{name: main, inputs: {parameters: [{name: p}]}, container: {image: a}}]',
      'spec: parameter "p" of the entrypoint "main" was not supplied',
    ],
    [
      '  arguments: {parameters: [{name: p, value: c, enum: [a, b]}]}\n  templates: [{name: main, container: {image: a}}]',
      'spec.arguments.parameters[0].value: "c" is not in the enum of parameter "p": a, b',
    ],
    [
      '  hooks: {failure: {template: main}}\n  templates: [{name: main, suspend: {}}]',
      'spec.hooks.failure: hook "failure" has no expression',
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, template: b, hooks: {foo: {template: b}}}]]}, {name: b, suspend: {}}]',
      'spec.templates[0].steps[0][0].hooks.foo: hook "foo" has no expression',
    ],
    [
      '  templates: [{name: main, suspend: {}, container: {image: a}}]',
      'spec.templates[0].suspend: a template has one type, this one has container and suspend',
    ],
    [
      '  templates: [{name: main, dag: {tasks: [{name: a, template: c, depends: b}, {name: b, template: c, depends: a}]}}, {name: c, suspend: {}}]',
      'spec.templates[0].dag.tasks[0].depends: the tasks wait for each other: a -> b -> a',
    ],
    [
      '  templates: [{name: main, container: {command: [a]}}]',
      'spec.templates[0].container: the container has no image',
    ],
    [
      '  templates: [{name: main, activeDeadlineSeconds: -1, suspend: {}}]',
      'spec.templates[0].activeDeadlineSeconds: activeDeadlineSeconds must be a whole number of 0 or more',
    ],
    [
      '  templates: [{name: main, resource: {action: make, manifest: "a: b"}}]',
      'spec.templates[0].resource.action: "make" is not one of get, create, apply, delete, replace, patch',
    ],
    [
      '  podGC: {labelSelector: {matchExpressions: [{key: a, operator: Like}]}}\n  templates: [{name: main, suspend: {}}]',
      'spec.podGC.labelSelector.matchExpressions[0].operator: "Like" is not one of In, NotIn, Exists, DoesNotExist',
    ],
    [
      '  templates: [{name: main, suspend: {}, metrics: {prometheus: [{name: a.b, help: h, counter: {value: "1"}}]}}]',
      'spec.templates[0].metrics.prometheus[0].name: "a.b" is no valid name of a metric',
    ],
    [
      '  templates: [{name: main, container: {image: a, args: ["{{workflow.labels.team}}"]}}]',
      'spec.templates[0].container.args[0]: failed to resolve {{workflow.labels.team}}',
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, template: c, when: "{{steps.b.status}} == x"}], [{name: b, template: c}]]}, {name: c, suspend: {}}]',
      'spec.templates[0].steps[0][0].when: failed to resolve {{steps.b.status}}',
    ],
    [
      '  templates: [{name: main, dag: {tasks: [{name: a, template: c}, {name: b, template: c, when: "{{tasks.a.status}} == x"}]}}, {name: c, suspend: {}}]',
      'spec.templates[0].dag.tasks[1].when: failed to resolve {{tasks.a.status}}',
    ],
    [
      '  templates: [{name: main, dag: {tasks: [{name: a, template: c}, {name: b, template: d, arguments: {parameters: [{name: p, value: "{{tasks.a.outputs.result}}"}]}}]}}, {name: c, container: {image: a}}, {name: d, inputs: {parameters: [{name: p}]}, suspend: {}}]',
      'spec.templates[0].dag.tasks[1].arguments.parameters[0].value: failed to resolve {{tasks.a.outputs.result}}',
    ],
    [
      '  templates: [{name: main, dag: {tasks: [{name: a, template: c}, {name: b, template: c, depends: a.Done}]}}, {name: c, suspend: {}}]',
      "spec.templates[0].dag.tasks[1].depends: task result 'Done' for task 'a' is invalid",
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, template: c, when: "{{pod.name}} == x"}]]}, {name: c, suspend: {}}]',
      'spec.templates[0].steps[0][0].when: failed to resolve {{pod.name}}',
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, template: c}], [{name: b, template: c, when: "{{steps.a.exitCode}} == 0"}]]}, {name: c, suspend: {}}]',
      'spec.templates[0].steps[1][0].when: failed to resolve {{steps.a.exitCode}}',
    ],
    [
      '  templates: [{name: main, steps: [[{name: a, template: c}], [{name: b, template: c, when: "{{steps.a.ip}} != x"}]]}, {name: c, container: {image: a}}]',
      'spec.templates[0].steps[1][0].when: failed to resolve {{steps.a.ip}}',
    ],
    [
      '  templates: [{name: main, container: {image: a, args: ["{{workflow.parameters.json}}"]}}]',
      'spec.templates[0].container.args[0]: failed to resolve {{workflow.parameters.json}}',
    ],
  ])('%s', (spec, expected) => expect(refused(spec)).toContain(expected));

  it('is also what a template that it borrows asks of it', () => {
    const borrowed = libraryOf(
      parseManifests(
        'apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: lib}\nspec:\n  workflowMetadata: {labels: {team: a}}\n  templates:\n    - {name: outer, steps: [[{name: a, template: inner}]]}\n    - {name: inner, container: {image: a, args: ["{{workflow.labels.team}} {{workflow.parameters.city}}"]}}\n',
      ).documents,
    );
    const spec = '  templates: [{name: main, steps: [[{name: a, templateRef: {name: lib, template: outer}}]]}]\n';
    const told = workflowsIn(HEAD + spec).flatMap((workflow) => refusals(workflow, borrowed));
    expect(told.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'spec.templates[0].steps[0][0].templateRef: template "inner" of WorkflowTemplate "lib": failed to resolve {{workflow.parameters.city}}',
      'spec.templates[0].steps[0][0].templateRef: template "inner" of WorkflowTemplate "lib": failed to resolve {{workflow.labels.team}}',
    ]);
  });
});

describe('what Argo lets begin', () => {
  it.each([
    ['tags that are not its own', 'container: {image: a, args: ["{{ .Values.x }} {{name}} {{mustache.name}}"]}'],
    ['names in an expression', 'container: {image: a, args: ["{{= inputs.parameters.typo }}"]}'],
    ['a condition that cannot be read', 'steps: [[{name: a, template: c, when: "a =="}]]'],
    ['a backoff that is never needed', 'retryStrategy: {limit: 1, backoff: {factor: 2}}, suspend: {}'],
    ['an image of a sidecar that a patch brings', 'container: {image: a}, sidecars: [{name: s}]'],
    [
      'a hook or an exit handler of a step without its template, whose time may never come',
      'steps: [[{name: a, template: c, onExit: gone, hooks: {x: {template: gone, expression: "false"}}}]]',
    ],
    ['a list that is none', 'steps: [[{name: a, template: c, withParam: nothing}]]'],
    [
      'a value outside the enum of an input',
      'steps: [[{name: a, template: e, arguments: {parameters: [{name: p, value: z}]}}]]',
    ],
    [
      'a task that names another which it does not wait for',
      'dag: {tasks: [{name: a, template: c}, {name: b, template: c, when: "{{tasks.a.id}} == 1"}]}',
    ],
    ['a metric without a type', 'metrics: {prometheus: [{name: m, help: h}]}, suspend: {}'],
  ])('%s', (_title, template) => {
    const others = '{name: c, suspend: {}}, {name: e, inputs: {parameters: [{name: p, enum: [a]}]}, suspend: {}}';
    const text = `${HEAD}  templates: [{name: main, ${template}}, ${others}]\n`;
    expect(refused(text.slice(HEAD.length))).toEqual([]);
    expect(workflowsIn(text)).toHaveLength(1);
  });

  it('and whatever the linter finds nothing wrong with', () => {
    const folders = ['libs/workflow-spec/fixtures', 'examples/workflows', 'examples/ci'];
    const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
    for (const name of files.filter((file) => file.endsWith('.yaml'))) {
      const text = readFileSync(name, 'utf8');
      // What they refer to is made up.
      if (/templateRef:/i.test(text)) continue;
      for (const workflow of workflowsIn(text)) {
        const supplied = (workflow.spec.arguments?.parameters ?? []).map((parameter) => ({ value: 'x', ...parameter }));
        const spec = { ...workflow.spec, arguments: { ...workflow.spec.arguments, parameters: supplied } };
        expect([name, lintManifests(text).problems, refusals({ ...workflow, spec }, none)]).toEqual([name, [], []]);
      }
    }
  });
});
