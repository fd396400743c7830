import { describe, expect, it } from '@jest/globals';
import { readManifest } from './manifest.js';
import { offsetOf } from './text-position.js';

const workflow = (parameters: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Workflow
spec:
  arguments:
    parameters:
${parameters}`;

describe('a manifest that is being written', () => {
  it('tells its arguments: default, hint and choices, as they were written', () => {
    const { parameters } = readManifest(
      workflow(`      - { name: version, value: 1.10, description: 'What to build' }
      - { name: size, default: small, enum: [small, large] }
      - name: must`),
    );
    expect(parameters).toEqual([
      { name: 'version', value: '1.10', description: 'What to build', choices: [] },
      { name: 'size', value: 'small', description: undefined, choices: ['small', 'large'] },
      { name: 'must', value: undefined, description: undefined, choices: [] },
    ]);
  });

  it('says where the text is no YAML', () =>
    expect(readManifest('kind: Workflow\nspec:\n  entrypoint: [\n').problems).toEqual([
      expect.objectContaining({ line: 4, column: 1 }),
    ]));

  it('reads lists and texts whose lines are not indented, as the server does', () =>
    expect(readManifest(`${workflow('      - { name: a, enum: [\n"x\n y"\n] }')}\n  onExit: b\n`)).toEqual({
      parameters: [{ name: 'a', value: undefined, description: undefined, choices: ['x y'] }],
      problems: [],
    }));

  it('reads JSON, and the workflow among other documents', () => {
    const json = JSON.stringify({ kind: 'Workflow', spec: { arguments: { parameters: [{ name: 'a', value: 1 }] } } });
    expect(readManifest(json).parameters).toMatchObject([{ name: 'a', value: '1' }]);
    expect(readManifest(`kind: ConfigMap\n---\n${workflow('      - name: b')}`).parameters).toMatchObject([
      { name: 'b' },
    ]);
  });

  it.each([
    '',
    'just text',
    '- 1\n- 2',
    'kind: Workflow\nspec: 7',
    'kind: Workflow\nspec: {arguments: {parameters: x}}',
  ])('finds no arguments in %j', (source) => expect(readManifest(source)).toEqual({ parameters: [], problems: [] }));

  it('finds a line and column in the text', () => {
    expect(offsetOf('ab\ncd\n', 2, 2)).toBe(4);
    expect(offsetOf('ab', 9, 1)).toBe(2);
  });
});
