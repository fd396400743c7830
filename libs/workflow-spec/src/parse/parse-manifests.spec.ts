import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { formatProblem, hasErrors, lintManifests, manifestJson, parseManifests, toYaml } from '../index.js';
import type { Workflow } from '../index.js';

const workflowOf = (spec: object): Workflow => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name: 'w' },
  spec,
});
const head = 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\n';

function parametersOf(yaml: string): unknown {
  const [document] = parseManifests(
    `${head}spec:\n  arguments:\n    parameters:\n      - {name: p, value: ${yaml}}\n`,
  ).documents;
  return document?.kind === 'Workflow' ? document.value.spec.arguments?.parameters?.[0]?.value : undefined;
}

describe('parsing', () => {
  it('keeps the digits of an id among items', () => {
    const itemsOf = (items: string): unknown => {
      const templates = `[{ name: m, steps: [[{ name: a, template: c, withItems: ${items} }]] }]`;
      const [document] = parseManifests(`${head}spec: { templates: ${templates} }\n`).documents;
      return document?.kind === 'Workflow' ? document.value.spec.templates?.[0]?.steps?.[0]?.[0]?.withItems : undefined;
    };
    expect(itemsOf('[1234567890123456789, -9007199254740993, 12, 1.5, {id: 98765432109876543210}]')).toEqual([
      '1234567890123456789',
      '-9007199254740993',
      12,
      1.5,
      { id: '98765432109876543210' },
    ]);
  });

  it('tells what is wrong with an anchored value once, where it is written, and of a list with aliases in it there', () => {
    const { problems } = parseManifests(
      [
        `${head}spec:`,
        '  arguments:',
        '    parameters:',
        '      - {name: a, value: &list [1]}',
        '      - {name: b, value: *list}',
        '      - {name: c, value: [*list, *list]}',
        '',
      ].join('\n'),
    );
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [7, 33, 'expected a string, found a list'],
      [9, 26, 'expected a string, found a list'],
    ]);
  });

  it.each([
    ['1.10', '1.10'],
    ['007', '7'],
    ['0x1F', '31'],
    ['0b11', '3'],
    ['1_000', '1000'],
    ['1e3', '1000'],
    ['1e-7', '0.0000001'],
    ['-2.5', '-2.5'],
    ['12345678901234567890', '12345678901234567890'],
    ['1e21', '1000000000000000000000'],
    ['true', 'true'],
    ['off', 'false'],
    ['"yes"', 'yes'],
    ['22:22', '22:22'],
    ['2001-01-01', '2001-01-01'],
    ['!!str 5', '5'],
    ['~', undefined],
  ])('a parameter value %s becomes the text %s', (yaml, text) => expect(parametersOf(yaml)).toBe(text));

  it('keeps items as they are', () => {
    const { documents } = parseManifests(
      `${head}spec:\n  templates:\n    - steps:\n        - - {name: a, withItems: [1, "1", 1.5, true, null, {a: [b]}, yes]}\n`,
    );
    const [document] = documents;
    const items = document?.kind === 'Workflow' && document.value.spec.templates?.[0]?.steps?.[0]?.[0]?.withItems;
    expect(items).toEqual([1, '1', 1.5, true, null, { a: ['b'] }, true]);
  });

  it.each([
    ['a text in double quotes', `["\n  for i in 1 2; do\n    echo $i\n  done\n"]`, [' for i in 1 2; do echo $i done ']],
    ['a text in single quotes', `['\na b\nc']`, [' a b c']],
    ['a list', `[\na,\n"b",\n# a comment\n\n]`, ['a', 'b']],
    ['a word', `[a\nb, c]`, ['a b', 'c']],
  ])('reads %s whose lines are indented less than its key', (_, yaml, args) => {
    const text = `${head}spec:\n  templates:\n    - container:\n        args: ${yaml}\n        image: x\n      name: a\n`;
    const { documents, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    const [document] = documents;
    const template = document?.kind === 'Workflow' && document.value.spec.templates?.[0];
    expect(template).toEqual({ name: 'a', container: { args, image: 'x' } });
  });

  it.each([
    ['a quote', '"a', 5],
    ['a bracket', '[a,', 6],
  ])('says in which line %s is not closed, and not what it would mean further down', (_, yaml, line) => {
    const { problems } = parseManifests(
      `${head}spec:\n  onExit: ${yaml}\n  entrypoint: b\n  serviceAccountName: "c"\n`,
    );
    expect(problems).toMatchObject([{ line }]);
  });

  it('reads anchors and merge keys, a key of its own before a merged one', () => {
    const text = `${head}spec:\n  templates:\n    - &a {name: a, timeout: 5s, container: &c {image: x, command: [a]}}\n    - {<<: *a, name: b, container: {<<: *c, image: z}}\n`;
    const { documents, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    const [document] = documents;
    expect(document?.kind === 'Workflow' && document.value.spec.templates?.[1]).toEqual({
      name: 'b',
      timeout: '5s',
      container: { image: 'z', command: ['a'] },
    });
  });

  it('reads several documents, a List, and leaves other kinds alone', () => {
    const text = `kind: ConfigMap\napiVersion: v1\ndata: {a: 1}\n---\n${head}spec: {}\n---\napiVersion: v1\nkind: List\nitems:\n  - {apiVersion: argoproj.io/v1alpha1, kind: WorkflowTemplate, metadata: {name: t}, spec: {}}\n`;
    const { documents, others, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    expect(documents.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Workflow w', 'WorkflowTemplate t']);
    expect(others).toEqual([{ kind: 'ConfigMap', line: 1 }]);
  });

  it('goes on after a document that cannot be read', () => {
    const { documents, problems } = parseManifests(`a: "b\n---\n${head}spec: {}\n`.replace('"b', '[b'));
    expect(problems.map(({ code }) => code)).toEqual(['syntax']);
    expect(documents.map(({ name }) => name)).toEqual(['w']);
  });

  it('tells of unknown keys as warnings when lenient, and leaves them out', () => {
    const { documents, problems } = parseManifests(`${head}spec: {entrypont: a}\n`, { lenient: true });
    expect(problems.map(({ severity, path }) => [severity, path])).toEqual([['warning', 'spec.entrypont']]);
    expect(hasErrors(problems)).toBe(false);
    expect(documents[0]?.value).toEqual(workflowOf({}));
  });

  it('reads JSON with positions', () => {
    const text = manifestJson(workflowOf({ entrypoint: 'a', templates: [{ name: 'a', suspend: {}, timout: '5s' }] }));
    expect(parseManifests(text, { source: 'w.json' }).problems).toMatchObject([
      { path: 'spec.templates[0].timout', line: 13, hint: 'did you mean "timeout"?' },
    ]);
  });

  it.each([
    ['YAML', `\uFEFF${head}spec: {}\n`],
    ['JSON', `\uFEFF${manifestJson(workflowOf({}))}`],
    ['YAML with carriage returns', `${head}spec: {}\n`.replaceAll('\n', '\r\n')],
    ['YAML that looks like JSON', '{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {name: w}, spec: {}}'],
  ])('reads %s', (_title, text) => {
    const { documents, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    expect(documents.map(({ value }) => value)).toEqual([workflowOf({})]);
  });

  it('has no prototype to pollute', () => {
    const { documents } = parseManifests(`${head}spec:\n  nodeSelector: {__proto__: x}\n`);
    expect(Object.keys((documents[0]?.value as Workflow).spec.nodeSelector ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('texts that want to do harm', () => {
  const codes = (text: string, maxBytes?: number) =>
    parseManifests(text, maxBytes === undefined ? {} : { maxBytes }).problems.map(({ code }) => code);

  it.each([
    [
      'aliases that multiply',
      `a: &a [${'x,'.repeat(9)}x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}*${'abcdefghi'[i]}]`).join('\n')}`,
      'too-many-aliases',
    ],
    ['an alias of itself', 'a: &a [*a]', 'unknown-anchor'],
    ['lists without end', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'too-deep'],
    ['a great many lists', `a: ${'['.repeat(100_000)}`, 'too-deep'],
    ['maps within maps', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'too-deep'],
  ])('%s', (_title, body, code) => {
    const spec = body
      .split('\n')
      .map((line) => `            ${line}`)
      .join('\n');
    const text = `${head}spec:\n  templates:\n    - name: a\n      plugin:\n        p:\n${spec}\n`;
    expect(codes(text)).toContain(code);
  });

  it('a text larger than allowed, counted in bytes', () => {
    expect(codes('ä'.repeat(60), 100)).toEqual(['too-large']);
    expect(codes('# ä'.repeat(20), 100)).toEqual(['empty']);
  });

  it('JSON nested without end', () => {
    expect(codes(`{"a":${'['.repeat(100_000)}`)).toContain('too-deep');
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '&a ',
      '*a',
      '<<',
      '!!int ',
      '?',
      '#',
      ',',
      '%',
      '---\n',
      '{{',
      '\t',
      'kind: Workflow\n',
      'apiVersion: argoproj.io/v1alpha1\n',
      'spec:\n',
      'templates:\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const problem of lintManifests(text).problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(formatProblem(problem, { name: 'f', text })).toContain('f:');
        }
      }),
      { numRuns: 1500, seed: 7 },
    );
  });
});

describe('printing', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter((value) => !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(value)),
    fc.constantFrom(
      'yes',
      'n',
      'null',
      '~',
      '',
      '1.10',
      '0777',
      '1e3',
      '22:22',
      '2001-01-01',
      '<<',
      '{{a}}',
      ' x ',
      '- a',
      '#',
      'a: b',
      '|',
      'line one\nline two\n',
      'a\n\n  b',
      '\n',
      'tail \nx',
      '=',
      '*a',
      '&a',
      '!b',
      '%',
      '@',
      '`',
      '-',
      '?',
      '---',
      '...',
    ),
  );
  const item = fc
    .jsonValue({ maxDepth: 3 })
    .filter(
      (value) =>
        !/\\u00[0189]|\\u001|\\b|\\f|\\ufff/i.test(JSON.stringify(value)) &&
        !/[\u007f-\u009f\ufffe\uffff]|-0[,\]}]|^-0$|e[+-]\d/.test(JSON.stringify(value)),
    );
  const workflow = fc.record({ labels: fc.dictionary(text, text), value: text, source: text, items: fc.array(item) });

  it('is read back as the same object', () => {
    fc.assert(
      fc.property(workflow, ({ labels, value, source, items }) => {
        const object = {
          ...workflowOf({
            arguments: { parameters: [{ name: 'p', value }] },
            templates: [
              { name: 'a', script: { image: 'x', source } },
              { name: 'b', steps: [[{ name: 's', withItems: items }]] },
            ],
          }),
          metadata: { name: 'w', labels },
        };
        const { documents, problems } = parseManifests(toYaml(object));
        expect(problems).toEqual([]);
        expect(JSON.stringify(documents[0]?.value)).toBe(JSON.stringify(object));
      }),
      { numRuns: 500, seed: 11 },
    );
  });

  it('begins with what people look for, and shows scripts as they are', () => {
    const { status: _status, ...rest } = {
      status: {},
      ...workflowOf({ templates: [{ script: { source: 'a\nb\n', image: 'yes' } }] }),
    };
    expect(toYaml({ spec: rest.spec, kind: rest.kind, apiVersion: rest.apiVersion })).toBe(
      'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - script:\n      source: |\n        a\n        b\n      image: "yes"\n',
    );
  });
});

describe('showing a problem', () => {
  it('points at the place, as compilers do', () => {
    const source = readFileSync('libs/workflow-spec/fixtures/hello-world.yaml', 'utf8').replace('image:', 'imag:');
    const [problem] = lintManifests(source).problems;
    const paint = (name: string) => (words: string) => `<${name}>${words}</>`;
    const painter = { error: paint('e'), warning: paint('w'), emphasis: paint('b'), faint: paint('f') };
    const line = problem?.line ?? 0;
    expect(problem && formatProblem(problem, { name: 'h.yaml', text: source }, painter)).toBe(
      `<b>h.yaml:${line}:9</>: <e>error</>: unknown key "imag" (did you mean "image"?)\n<f> ${line} |</>         imag: busybox\n<f>${' '.repeat(String(line).length + 1)} |</>         <e>^^^^</>`,
    );
  });

  it('names the path where there is no text', () => {
    const problem = { severity: 'error', code: 'x', message: 'wrong', path: 'spec.a', line: 0, column: 0 } as const;
    expect(formatProblem(problem, { name: 'w' })).toBe('w: error: spec.a: wrong');
  });
});
