import { jsonProblem } from './json-problem.js';

it.each([
  ['', 'unexpected end of JSON input'],
  ['[1, {"a": ', 'unexpected end of JSON input'],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ["['a']", "invalid character '\\'' looking for beginning of value"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['nope', "invalid character 'o' in literal null (expecting 'u')"],
  ['[tru]', "invalid character ']' in literal true (expecting 'e')"],
  ['[1] [2]', "invalid character '[' after top-level value"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[01]', "invalid character '1' after array element"],
  ['[{a: 1}]', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a": 1 "b"}', `invalid character '"' after object key:value pair`],
  ['["a\nb"]', "invalid character '\\n' in string literal"],
  ['["\\x"]', "invalid character 'x' in string escape code"],
  ['["\\u12g4"]', "invalid character 'g' in \\u hexadecimal character escape"],
  ['[-a]', "invalid character 'a' in numeric literal"],
  ['[1.]', "invalid character ']' after decimal point in numeric literal"],
  ['[1e+]', "invalid character ']' in exponent of numeric literal"],
])('%s', (text, problem) => {
  expect(jsonProblem(text)).toBe(problem);
});

it('what is too deep is not looked into', () => {
  expect(jsonProblem('['.repeat(20_000))).toBeNull();
});

it.each(['[]', ' {} ', '[1, -0.5e+3, "\\u00e9\\n\\"", true, false, null, {"a": [{}], "b": ""}]\n'])(
  'nothing is wrong with %s',
  (text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(jsonProblem(text)).toBeNull();
  },
);
