import { readdirSync, readFileSync } from 'node:fs';
import { formatProblem, lintManifests } from './index.js';

const folders = ['libs/workflow-spec/fixtures', 'examples/workflows', 'examples/ci'];
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

describe('manifests that Argo accepts', () => {
  it.each(files)('nothing is wrong with %s', (file) => {
    const text = readFileSync(file, 'utf8');
    const { problems, documents } = lintManifests(text, { source: file });
    expect(problems.map((problem) => formatProblem(problem, { name: file, text }))).toEqual([]);
    expect(documents.length).toBeGreaterThan(0);
  });
});
