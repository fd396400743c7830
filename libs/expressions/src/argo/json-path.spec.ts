import { evaluateExpression, VariableScope } from '../index.js';

const text = JSON.stringify({
  staff: [
    { name: 'Baris', age: 43 },
    { name: 'Mo', age: 42, boss: true },
    { name: 'Jai', age: 44, 'e-mail': 'j@x' },
  ],
  min: 43,
});
const at = (path: string): unknown => evaluateExpression('jsonpath(text, path)', VariableScope.of({ text, path }));

describe('jsonpath', () => {
  it.each([
    ['$.staff[0].name', 'Baris'],
    ['$.staff[-1].name', 'Jai'],
    [`$['staff'][2]["e-mail"]`, 'j@x'],
    ['$.staff[*].name', ['Baris', 'Mo', 'Jai']],
    ['$.staff.*.age', [43, 42, 44]],
    ['$..name', ['Baris', 'Mo', 'Jai']],
    ['$..[0].name', ['Baris']],
    ['$.staff[0:2].name', ['Baris', 'Mo']],
    ['$.staff[-1:].name', ['Jai']],
    ['$.staff[::2].name', ['Baris', 'Jai']],
    ['$.staff[0,2].name', ['Baris', 'Jai']],
    [`$.staff[0]['name','age']`, ['Baris', 43]],
    ['$.staff[?(@.name=="Baris")].age', [43]],
    ["$.staff[?(@.name != 'Baris')].age", [42, 44]],
    ['$.staff[?(@.age>42 && @.age<44)].age', [43]],
    ['$.staff[?(@.age < 43 || !(@.age <= 43))].name', ['Mo', 'Jai']],
    ['$.staff[?(@.boss)].name', ['Mo']],
    ['$.staff[?(@.age >= $.min)].name', ['Baris', 'Jai']],
    [`$.staff[?(@['e-mail'] == 'j@x')].name`, ['Jai']],
    ['$.staff[?(@.age > 100)]', []],
    ['$.nobody', null],
    ['$', JSON.parse(text)],
  ])('%s', (path, expected) => expect(at(path)).toEqual(expected));

  it('ends when there is no end in sight', () => {
    const nested = `${'['.repeat(40)}1${']'.repeat(40)}`;
    const scope = VariableScope.of({ text: nested, path: `$${'..*'.repeat(20)}` });
    expect(() => evaluateExpression('jsonpath(text, path)', scope)).toThrow(/more than 100000 values/);
  });

  it.each(['$.staff[?(@.age >)]', '$.staff[?(@.age ~ 1)]', '$.staff[', '$.staff[?(1 == )]'])('refuses %s', (path) =>
    expect(() => at(path)).toThrow(/JSONPath/),
  );
});
