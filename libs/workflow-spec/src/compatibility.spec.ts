import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { definitions } from './generated/schema.js';
import type { JsonSchema } from './schema/json-schema.js';

const PAGE = 'docs/compatibility.md';
const text = readFileSync(PAGE, 'utf8');

/** A row of a table: what it is about, what we make of it, and where that is shown or why it is so. */
interface Row {
  readonly section: string;
  readonly subject: string;
  readonly verdict: string;
  readonly shownBy: readonly string[];
  readonly remark: string;
}

const definedLinks = [...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(
  ([, label = '', path = '']) => [label, path] as const,
);
const links = new Map(definedLinks);
const rows = rowsOf(text);
const behaviours = text.indexOf('\n## Behaviour');
const ofFields = rowsOf(text.slice(0, behaviours));

function rowsOf(page: string): Row[] {
  const found: Row[] = [];
  let section = '';
  for (const line of page.split('\n')) {
    section = /^#{2,3} (.*)$/.exec(line)?.[1] ?? section;
    const cells = /^\| (.*) \|$/
      .exec(line)?.[1]
      ?.split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (!cells || cells.length !== 4 || cells.every((cell) => /^-+$/.test(cell)) || cells[1] === '') continue;
    const [subject = '', verdict = '', shown = '', remark = ''] = cells;
    found.push({
      section,
      subject,
      verdict,
      shownBy: [...shown.matchAll(/\[([^\]]+)\]/g)].map(([, label = '']) => label),
      remark,
    });
  }
  return found;
}

/** Every object that Argo's types describe, by its name or, where it has none, by where it stands: `CronWorkflowSpec.stopStrategy`. */
const shapes = new Map<string, readonly string[]>();
for (const [name, schema] of Object.entries(definitions))
  if (!name.startsWith('k8s.') && !name.startsWith('Record<')) collect(name, schema);

function collect(name: string, { properties, items }: JsonSchema): void {
  if (items) collect(name, items);
  if (!properties) return;
  shapes.set(name, Object.keys(properties));
  for (const [field, schema] of Object.entries(properties)) collect(`${name}.${field}`, schema);
}

const inBackticks = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('the page on compatibility', () => {
  it.each([...shapes])('names every field of %s', (shape, fields) => {
    const own = ofFields.filter(({ section }) => section.split(', ').includes(shape));
    const named = new Set(own.flatMap(({ subject }) => inBackticks(subject)));
    expect(fields.filter((field) => !named.has(field))).toEqual([]);
  });

  it('names no field that does not exist', () => {
    const known = (section: string): string[] => section.split(', ').flatMap((shape) => shapes.get(shape) ?? []);
    const wrong = ofFields.flatMap(({ section, subject }) =>
      inBackticks(subject).flatMap((field) => (known(section).includes(field) ? [] : `${section}: ${field}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('says of everything what we make of it, and nothing without a test or a reason', () => {
    expect(rows.length).toBeGreaterThan(200);
    const bare = rows.filter(({ verdict, shownBy, remark }) => {
      if (verdict === 'supported') return shownBy.length === 0;
      return !['different', 'not yet'].includes(verdict) || (verdict === 'different' && remark === '');
    });
    expect(bare).toEqual([]);
  });

  it('points at specs and pages that exist, and at no others', () => {
    const used = new Set(
      [...text.replace(/`[^`]*`/g, '').matchAll(/\[([^\]]+)\](?![:(])/g)].map(([, label = '']) => label),
    );
    expect(links.size).toBe(definedLinks.length);
    expect([...used].filter((label) => !links.has(label))).toEqual([]);
    expect([...links.keys()].filter((label) => !used.has(label))).toEqual([]);
    expect([...links.values()].filter((path) => !existsSync(join(dirname(PAGE), path)))).toEqual([]);
    const proofs = new Set(rows.flatMap(({ shownBy }) => shownBy));
    expect([...proofs].filter((label) => !links.get(label)?.endsWith('.spec.ts'))).toEqual([]);
  });
});
