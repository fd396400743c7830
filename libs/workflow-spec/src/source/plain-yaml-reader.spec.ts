import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readPlainYaml } from './plain-yaml-reader.js';
import { anyMutations, anyYaml, mutated } from './testing/any-yaml.js';
import { readAnyYaml } from './yaml-reader.js';

/** What the library makes of it, or undefined where the fast reader leaves the text to it. */
function expectSame(text: string): boolean {
  const read = readPlainYaml(text);
  if (read === undefined) return false;
  const library = readAnyYaml(text);
  // The quick look first: there are thousands of these.
  if (!isDeepStrictEqual(read, library)) expect({ text, read }).toEqual({ text, read: library });
  return true;
}

const files = ['examples', 'test', 'libs'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`),
);

describe('the fast reader of plain YAML', () => {
  it('reads every manifest of this repository as the library does, and nearly all of them itself', () => {
    expect(files.length).toBeGreaterThan(40);
    const itself = files.filter((file) => expectSame(readFileSync(file, 'utf8')));
    expect(itself.length / files.length).toBeGreaterThan(0.9);
  });

  it('reads what was cut off anywhere in a manifest as the library does', () => {
    for (const file of files.slice(0, 12)) {
      const text = readFileSync(file, 'utf8').slice(0, 700);
      for (let end = 0; end <= text.length; end += 3) expectSame(text.slice(0, end));
    }
  });

  it('reads documents in all styles as the library does', () => {
    let [all, itself] = [0, 0];
    const check = (text: string): void => {
      if (expectSame(text)) itself++;
      else if (readAnyYaml(text).some(({ problems }) => problems.length > 0)) return;
      all++;
    };
    fc.assert(fc.property(anyYaml, check), { seed: 7, numRuns: 1500 });
    expect(itself / all).toBeGreaterThan(0.85);
  });

  it('reads keys that are long or far below as the library does', () => {
    for (const blank of [0, 1, 400, 490, 499, 500, 520, 1100]) {
      for (const length of [1, 480, 495, 500, 1030]) {
        const lines = '\n'.repeat(blank);
        const key = 'k'.repeat(length);
        for (const before of ['a:\n  b:', 'a:', 'a:\n  -', 'a:\n  b: 1', 'a:\n  b: # c'])
          expectSame(`${before}\n${lines}${key}: 1\n`);
      }
    }
  });

  it('reads damaged documents as the library does, or leaves them to it', () => {
    const check = (text: string, mutations: Parameters<typeof mutated>[1]): void => {
      expectSame(mutated(text, mutations));
    };
    fc.assert(fc.property(anyYaml, anyMutations, check), { seed: 8, numRuns: 3000 });
  });

  it.each([
    ['an anchor', 'a: &x 1\nb: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['an explicit key', '? a\n: b\n'],
    ['a merge key', 'a: { b: 1 }\n<<: { c: 1 }\n'],
    ['a directive', '%YAML 1.2\n---\na: b\n'],
    ['a text over two lines', 'a: b\n  c\n'],
    ['a tab', 'a:\tb\n'],
    ['a template tag without quotes', 'a: {{b}}\n'],
    ['a map on the line of its key', 'a: b: c\n'],
    ['a member further out than the first', 'a:\n    b: 1\n  c: 2\n'],
    ['a quote that is not closed', 'a: "b\n'],
    ['what is nested deeply', `a: ${'['.repeat(120)}${']'.repeat(120)}\n`],
  ])('leaves %s to the library', (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
