import { readManifest } from './manifest.js';

const head = 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: w-}\nspec:\n';
const own = `${head}  entrypoint: main
  arguments: {parameters: [{name: colour, enum: [red, blue]}, {name: size, value: "1"}]}
  templates: [{name: main, inputs: {parameters: [{name: colour}]}, container: {image: a}}]
`;
const told = (manifest: string, parameters: { name: string; value: string }[] = []): string[] =>
  (readManifest({ manifest, parameters, cluster: 'any' }).problems ?? []).map(
    ({ line, message }) => `${line} ${message}`,
  );

describe('a manifest that is submitted', () => {
  it('needs the values that are not given with it', () => {
    expect(told(own)).toEqual(['6 workflow parameter "colour" was not supplied']);
    expect(told(own, [{ name: 'colour', value: 'red' }])).toEqual([]);
    expect(told(own, [{ name: 'colour', value: 'green' }])).toEqual([
      '6 "green" is not in the enum of parameter "colour": red, blue',
    ]);
  });

  it('gets them in their places, and those it did not ask for behind them', () => {
    const { workflow } = readManifest({
      manifest: own,
      parameters: [
        { name: 'more', value: 'x' },
        { name: 'colour', value: 'red' },
      ],
      cluster: 'any',
    });
    expect(workflow?.spec.arguments?.parameters).toEqual([
      { name: 'colour', enum: ['red', 'blue'], value: 'red' },
      { name: 'size', value: '1' },
      { name: 'more', value: 'x' },
    ]);
  });

  it('may leave to the template of a cluster what only that can tell', () => {
    const referring = `${head}  workflowTemplateRef: {name: tmpl}\n  arguments: {parameters: [{name: colour}]}\n`;
    expect(told(referring)).toEqual([]);
  });
});
