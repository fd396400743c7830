import { libraryOf, lintManifests, parseManifests, validateWorkflow } from '../index.js';
import type { Workflow } from '../index.js';

const library = libraryOf(
  parseManifests(
    'apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: lib}\nspec:\n  arguments: {parameters: [{name: who, value: x}]}\n  entrypoint: say\n  templates:\n    - name: say\n      inputs: {parameters: [{name: message}]}\n      container: {image: a}\n      outputs: {parameters: [{name: out, valueFrom: {path: /x}}]}\n',
  ).documents,
);
const head = 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n';
const told = (spec: string, options: Parameters<typeof lintManifests>[1] = { templates: library }): string[] =>
  lintManifests(head + spec, options).problems.map(
    ({ line, message, hint }) => `${line} ${message}${hint ? ` (${hint})` : ''}`,
  );
const dagOf = (tasks: string): string =>
  `  entrypoint: m\n  templates:\n    - name: m\n      dag:\n        tasks:\n${tasks}`;

describe('references to other objects', () => {
  it('are looked up in the library, with the arguments and outputs of what they name', () => {
    const call = '          - {name: a, templateRef: {name: lib, template: say}}\n';
    const use =
      '          - {name: b, depends: a, templateRef: {name: lib, template: say}, arguments: {parameters: [{name: message, value: "{{tasks.a.outputs.parameters.oot}}"}]}}\n';
    expect(told(dagOf(call + use))).toEqual([
      '10 parameter "message" of template "say" was not supplied',
      '11 failed to resolve {{tasks.a.outputs.parameters.oot}} (did you mean "tasks.a.outputs.parameters.out"?)',
    ]);
  });

  it('must exist', () => {
    const tasks =
      '          - {name: a, templateRef: {name: lbi, template: say}}\n          - {name: b, templateRef: {name: lib, template: sya}}\n          - {name: c, templateRef: {name: lib, template: say, clusterScope: true}}\n';
    expect(told(dagOf(tasks))).toEqual([
      '10 there is no WorkflowTemplate "lbi" (did you mean "lib"?)',
      '11 WorkflowTemplate "lib" has no template "sya" (did you mean "say"?)',
      '12 there is no ClusterWorkflowTemplate "lib" (there is a WorkflowTemplate of that name: remove clusterScope)',
    ]);
  });

  it('of an event binding may come later', () => {
    const text =
      'apiVersion: argoproj.io/v1alpha1\nkind: WorkflowEventBinding\nmetadata: {name: b}\nspec:\n  event: {selector: "true"}\n  submit: {workflowTemplateRef: {name: lbi}}\n';
    const { problems } = lintManifests(text, { templates: library });
    expect(problems).toMatchObject([
      { severity: 'warning', line: 6, message: 'there is no WorkflowTemplate "lbi"', hint: 'did you mean "lib"?' },
    ]);
  });

  it('are left alone where there is no library', () => {
    expect(told(dagOf('          - {name: a, templateRef: {name: nowhere, template: say}}\n'), {})).toEqual([]);
  });

  it('bring what a workflow lacks', () => {
    const spec =
      '  workflowTemplateRef: {name: lib}\n  onExit: sya\n  hooks: {exit: {template: say, arguments: {parameters: [{name: message, value: "{{workflow.parameters.whoo}}"}]}}}\n';
    expect(told(spec)).toEqual([
      '4 parameter "message" of the entrypoint "say" was not supplied (add it to the arguments of the workflow)',
      '6 template "sya" is not defined (did you mean "say"?)',
      '7 failed to resolve {{workflow.parameters.whoo}} (did you mean "workflow.parameters.who"?)',
    ]);
  });
});

describe('a workflow that is about to run', () => {
  const spec =
    '  entrypoint: m\n  arguments: {parameters: [{name: p}]}\n  templates: [{name: m, inputs: {parameters: [{name: p}]}, container: {image: a}}]\n';

  it('needs values that a file may leave open', () => {
    expect(told(spec, { lint: true })).toEqual([]);
    expect(told(spec, { lint: false })).toEqual(['6 workflow parameter "p" was not supplied']);
  });

  it('is told what the template it refers to does not find in it', () => {
    const text =
      'apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: t}\nspec:\n  entrypoint: m\n  templates: [{name: m, container: {image: a, args: ["{{workflow.parameters.city}}"]}}]\n';
    const templates = libraryOf(parseManifests(text).documents);
    const given = '  workflowTemplateRef: {name: t}\n  arguments: {parameters: [{name: city, value: Bonn}]}\n';
    expect(told(given, { templates })).toEqual([]);
    expect(told('  workflowTemplateRef: {name: t}\n', { templates })).toEqual([
      '5 template "m" of WorkflowTemplate "t": failed to resolve {{workflow.parameters.city}}',
    ]);
  });

  it('may get them from the template it refers to', () => {
    const referring = (name: string, parameter: string): string =>
      `  workflowTemplateRef: {name: ${name}}\n  arguments: {parameters: [{name: ${parameter}}, {name: message, value: x}]}\n`;
    const about = (name: string, parameter: string): string[] =>
      told(referring(name, parameter), { lint: false, ...(name === 'lib' && { templates: library }) });
    expect(about('lib', 'who')).toEqual([]);
    expect(about('unseen', 'p')).toEqual([]);
    expect(about('lib', 'p')).toEqual(['6 workflow parameter "p" was not supplied']);
  });

  it('can be an object without a text', () => {
    const value: Workflow = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name: 'w' },
      spec: { entrypoint: 'x', templates: [{ name: 'm', container: { image: 'a' } }] },
    };
    expect(validateWorkflow({ value })).toMatchObject([{ path: 'spec.entrypoint', line: 0, code: 'unknown-template' }]);
  });
});

describe('large workflows', () => {
  it('a chain of 2,000 tasks is checked without looking at all pairs', () => {
    const tasks = Array.from(
      { length: 2000 },
      (_, i) =>
        `          - {name: t${i}, template: m2${i > 0 ? `, depends: t${i - 1}, when: "{{tasks.t${i - 1}.outputs.result}} == 1"` : ''}}\n`,
    );
    const started = performance.now();
    expect(told(`${dagOf(tasks.join(''))}    - {name: m2, container: {image: a}}\n`)).toEqual([]);
    // All pairs took 20 s here; a wide margin for a busy machine.
    expect(performance.now() - started).toBeLessThan(8000);
  });
});
