import { yamlValue } from '../index.js';

describe('YAML that is no manifest', () => {
  it.each<[string, unknown]>([
    ['mode: 0644', { mode: 420 }],
    ['[0755, 0o17, 0x1f, 1e3, 1.50, 12]', [493, 15, 31, 1000, 1.5, 12]],
    ['[yes, off, "yes", n]', [true, false, 'yes', false]],
    ['[~, null, ""]', [null, null, '']],
    ['a: |\n  b\n  c\n', { a: 'b\nc\n' }],
    ['a: |\n  b\n  c', { a: 'b\nc' }],
    ['a: |+\n  b', { a: 'b' }],
    ['a: >-\n  b', { a: 'b' }],
    ['- |\n  b\n- >\n  c\n  d', ['b\n', 'c d']],
    ['a: |\n  b\n\n', { a: 'b\n' }],
    ['a: |\n  b\n ', { a: 'b\n' }],
    ['a: !!str |\n  b', { a: 'b' }],
    ['a: |\n  b\n# c', { a: 'b\n' }],
    ['a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}', { a: { b: 1 }, c: { b: 1 }, d: { e: 2, b: 1 } }],
    [String.raw`["it\'s", "a\\'b", 'c\d']`, ["it's", String.raw`a\'b`, String.raw`c\d`]],
    ['"it\\\'s\n\n \\"so\\""', 'it\'s\n"so"'],
    ['{"a": {"b": ["c"]}}', { a: { b: ['c'] } }],
    ['a: [{\n"b": 1\n}]', { a: [{ b: 1 }] }],
    ['---\nfirst\n---\nsecond', 'first'],
    ['{a: 1, a: 2}', { a: 2 }],
    ['__proto__: {a: 1}', JSON.parse('{"__proto__": {"a": 1}}')],
    ['', null],
    ['# nothing', null],
  ])('is read as Kubernetes reads it: %j', (text, value) => {
    expect(yamlValue(text)).toEqual(value);
    expect(JSON.stringify(yamlValue(text))).toBe(JSON.stringify(value));
  });

  it.each([
    ['a: [1', 'at line 1, column'],
    ['a: b\n c: d', 'at line 1, column 4'],
    ['a: {{b}}', 'YAML reads a template tag without quotes as a map at line 1, column 4'],
  ])('that cannot be read is told with its place: %j', (text, message) =>
    expect(() => yamlValue(text)).toThrow(message),
  );
});
