import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpressionError } from '../expression-error.js';
import { VariableScope } from '../scope/variable-scope.js';
import { substitute, substituteTemplate } from './substitute.js';
import { LATE_BOUND_NAMES } from './substitution.js';

const scope = VariableScope.of({
  'inputs.parameters.name': 'argo',
  'inputs.parameters.quote': 'say "hi" \\ there\n',
  'inputs.parameters.which': 'name',
  'inputs.parameters.count': '3',
  'inputs.parameters.json': [1, 'a'],
});
const text = (template: string): string => substitute(template, scope, { lateBound: LATE_BOUND_NAMES }).text;

describe('template tags', () => {
  it.each([
    ['plain', 'plain'],
    ['{{inputs.parameters.name}}', 'argo'],
    ['a {{ inputs.parameters.name }} b {{inputs.parameters.count}}', 'a argo b 3'],
    ['{{inputs.parameters.json}}', '[1,"a"]'],
    ['{{inputs.parameters.{{inputs.parameters.which}}}}', 'argo'],
    ['{{=inputs.parameters.name + "!"}}', 'argo!'],
    ['{{= asInt(inputs.parameters.count) + 1 }}', '4'],
    ['{{={a: 1}}}', '{"a":1}'],
    ["{{='}}'}}", '}}'],
    ['{{=inputs.parameters.{{inputs.parameters.which}}}}', 'argo'],
    ['{{unknown}}', '{{unknown}}'],
    ['{{item}}', '{{item}}'],
    ['{{=item + 1}}', '{{=item + 1}}'],
    ['{{=lastRetry.exitCode == "1"}}', '{{=lastRetry.exitCode == "1"}}'],
    ['{{=steps.x.outputs.result}}', '{{=steps.x.outputs.result}}'],
    ['{{=steps.x.outputs.result ?? "none"}}', '{{=steps.x.outputs.result ?? "none"}}'],
    ['{{=steps.x.outputs.result == "a"}}', '{{=steps.x.outputs.result == "a"}}'],
    ['{{=inputs.parameters.other ?? "none"}}', 'none'],
    ['{{ not closed', '{{ not closed'],
    ['}} {{', '}} {{'],
  ])('%s becomes %s', (template, result) => expect(text(template)).toBe(result));

  it('tells what stayed and why', () => {
    const { unresolved, used } = substitute('{{inputs.parameters.nam}} {{inputs.parameters.name}}', scope);
    expect(unresolved).toMatchObject([
      {
        kind: 'simple',
        text: 'inputs.parameters.nam',
        start: 0,
        end: 25,
        reason: { hint: 'did you mean "inputs.parameters.name"?' },
      },
    ]);
    expect([...used]).toEqual(['inputs.parameters.name']);
  });

  it('refuses what must be resolvable', () => {
    expect(() => substitute('{{x}}', scope, { allowUnresolved: false })).toThrow('failed to resolve {{x}}');
    expect(() => substitute('{{steps.x.id}}', scope, { strictPrefixes: ['steps.'] })).toThrow(
      'failed to resolve {{steps.x.id}}',
    );
  });

  it('places the error of an expression in the whole text', () => {
    expect(() => substitute('abc {{= 1 +}}', scope)).toThrow(ExpressionError);
  });

  it('replaces in a document so that a value never breaks out of its text', () => {
    const { value } = substituteTemplate(
      {
        args: ['{{inputs.parameters.quote}}'],
        '{{inputs.parameters.name}}': 1,
        n: 2,
        nested: { list: [null, true, 'x'] },
      },
      scope,
    );
    expect(value).toEqual({ args: ['say "hi" \\ there\n'], argo: 1, n: 2, nested: { list: [null, true, 'x'] } });
  });

  it('equals replacing in the JSON text with escaped values', () => {
    const piece = fc.oneof(
      fc.constantFrom('{{a}}', '{{b}}', '{{ a }}', '{{missing}}', '{', '}', '"', '\\'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(piece), (a, b, pieces) => {
        const values = VariableScope.of({ a, b });
        const document = [pieces.join('')];
        const known: Record<string, string> = { a, b };
        const inJson = JSON.stringify(document).replace(/\{\{\s*(a|b)\s*\}\}/g, (_tag, name: string) =>
          JSON.stringify(known[name] ?? '').slice(1, -1),
        );
        // Braces next to braces make the reading of tags ambiguous; the scanner has its own cases for those.
        fc.pre(!/\{{3,}|\}{3,}/.test(document[0] ?? '') && !/[{}]$|^[{}]/.test(a + b));
        fc.pre(!(document[0] ?? '').replace(/\{\{\s*(a|b|missing)\s*\}\}/g, '').match(/\{\{|\}\}/));
        expect(substituteTemplate(document, values).value).toEqual(JSON.parse(inJson));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
