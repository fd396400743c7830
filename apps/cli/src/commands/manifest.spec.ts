import { ArgosyError } from '@argosy/sdk';
import { readRunnable } from './manifest.js';

const template = `apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: { name: lib }
spec:
  entrypoint: main
  templates:
    - name: main
      inputs: { parameters: [{ name: who }] }
      suspend: {}
`;
const workflow = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: w- }
spec:
  workflowTemplateRef: { name: lib }
  arguments: { parameters: [{ name: who }] }
`;
const problems = (text: string, parameters: { name: string; value: string }[] = []): string[] => {
  try {
    readRunnable(text, 'w.yaml', parameters);
    return [];
  } catch (error) {
    if (!(error instanceof ArgosyError)) throw error;
    return error.problems.map(({ line, message }) => `${line} ${message}`);
  }
};

describe('a file that is to be run', () => {
  it('may hold the templates that its workflow refers to', () => {
    const given = [{ name: 'who', value: 'you' }];
    const runnable = readRunnable(`${template}---\n${workflow}`, 'w.yaml', given);
    expect(runnable.workflow.spec.arguments?.parameters).toEqual(given);
    expect(runnable.templates.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'WorkflowTemplate lib',
    ]);
  });

  it('needs every value, where it is missing', () => {
    expect(problems(`${template}---\n${workflow}`)).toEqual(['16 workflow parameter "who" was not supplied']);
    expect(problems(`${template}---\n${workflow}`, [{ name: 'who', value: '' }])).toEqual([]);
  });

  it('needs every template', () => {
    expect(problems(workflow, [{ name: 'who', value: 'you' }])).toEqual(['5 there is no WorkflowTemplate "lib"']);
  });

  it('holds one workflow', () => {
    expect(() => readRunnable(template, 'w.yaml', [])).toThrow('w.yaml holds no workflows; one is run at a time.');
    expect(() => readRunnable(`${workflow}---\n${workflow}`, 'w.yaml', [])).toThrow('w.yaml holds 2 workflows');
  });
});
