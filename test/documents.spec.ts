import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const under = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...['apps', 'bench', 'docs', 'examples', 'libs', 'test'].flatMap(under),
];
const read = (path: string): string => readFileSync(path, 'utf8');

describe('documents', () => {
  it.each(documents)('%s links to what is there', (path) => {
    const text = read(path).replace(/```[\s\S]*?```/g, '');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
      ([, inline, below]) => inline ?? below ?? '',
    );
    const missing = targets
      .filter((target) => !/^(https?:|mailto:|#)/.test(target))
      .filter((target) => !existsSync(join(dirname(path), target.replace(/#.*/, ''))));
    expect(missing).toEqual([]);
  });

  it('the map of the code names folders and guards that are there', () => {
    const named = [...read('docs/ARCHITECTURE.md').matchAll(/`((?:apps|libs|test|docs|deploy|examples)\/[^`<]*)`/g)];
    expect(named.length).toBeGreaterThan(30);
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('decisions', () => {
  const files = readdirSync('docs/adr').filter((name) => name !== 'README.md');
  const numberOf = (name: string): string => name.slice(0, 4);

  it('have numbers of their own, without holes', () => {
    const numbers = files.map(numberOf).sort();
    expect(numbers).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
  });

  it('are listed once each, in their order', () => {
    const listed = [...read('docs/adr/README.md').matchAll(/^\| \[(\d{4})\]\(([^)]+)\)/gm)].map(([, number, file]) => [
      number,
      file,
    ]);
    expect(listed).toEqual(files.sort().map((name) => [numberOf(name), name]));
  });

  it('begin with their number', () => {
    const wrong = files.filter((name) => !read(`docs/adr/${name}`).startsWith(`# ${numberOf(name)} `));
    expect(wrong).toEqual([]);
  });
});
