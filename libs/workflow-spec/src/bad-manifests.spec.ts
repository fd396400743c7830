import { readFileSync } from 'node:fs';
import { lintManifests } from './index.js';
import type { Problem } from './index.js';

const HEAD = 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n';

const cases = readFileSync('libs/workflow-spec/fixtures/bad-manifests.txt', 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...lines] = section.trimEnd().split('\n');
    const body = lines.filter((line) => !line.startsWith('=> '));
    const text = `${body[0]?.startsWith('  ') ? HEAD : ''}${body.join('\n')}\n`;
    return { title, text, expected: lines.filter((line) => line.startsWith('=> ')).map((line) => line.slice(3)) };
  });

const show = ({ line, column, endColumn, severity, message, hint }: Problem): string =>
  `${line}:${column}${endColumn === undefined ? '' : `-${endColumn}`} ${severity === 'warning' ? 'warning: ' : ''}${message}${hint === undefined ? '' : ` (${hint})`}`;

describe('manifests with mistakes', () => {
  it('has cases to check', () => expect(cases.length).toBeGreaterThan(100));

  it.each(cases)('$title', ({ text, expected }) => {
    expect(expected.length).toBeGreaterThan(0);
    expect(lintManifests(text).problems.map(show)).toEqual(expected);
  });

  it('a control character', () => {
    expect(lintManifests('kind: Work\u0007flow\n').problems.map(show)).toEqual([
      '1:11-12 the text holds the control character U+0007',
    ]);
  });
});
