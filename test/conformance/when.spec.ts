import { succeeds } from '@argosy/sdk/testing';
import { lines, phases, play } from './play.js';

const when = (condition: string): string =>
  JSON.stringify({ main: { steps: [[{ name: 'a', template: 'c', when: condition }]] } });

describe('when', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['!false', true],
    ['1 == 1', true],
    ['1 == 1.0', true],
    ['1 != 2', true],
    ['2 > 1', true],
    ['2 >= 2', true],
    ['1 < 0', false],
    ['3 <= 2', false],
    ['1 + 2 == 3', true],
    ['7 % 4 == 3', true],
    ['2 ** 3 == 8', true],
    ['-1 < 0', true],
    ['(1 == 2) || (2 == 2)', true],
    ['1 == 1 && 1 == 2', false],
    ['1 == 2 || 1 == 1 && 2 == 2', true],
    ['true && !false', true],
    ['heads == heads', true],
    ['heads == tails', false],
    ['heads != tails', true],
    ["heads == 'heads'", true],
    ['"a b" == "a b"', true],
    ["'' == ''", true],
    ["'abc' =~ '^a.c$'", true],
    ['abc =~ b', true],
    ["abc !~ '^b'", true],
    ["b in ('a', 'b')", true],
    ["d in ('a', 'b')", false],
    ['2 in (1, 2, 3)', true],
    ['"a" < "b"', true],
    ["'a' + 'b' == 'ab'", true],
    ['1 > 2 ? false : true', true],
    ["'2026-01-01' < '2026-02-01'", true],
    ['[a-b] == [a-b]', true],
    ['0x1F == 31', true],
  ])('`%s` is %s', (condition, expected) => {
    expect(play(when(condition)).node('a').phase).toBe(expected ? 'Succeeded' : 'Skipped');
  });

  it('the reason of a skipped step shows the condition with its tags replaced', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: flip, template: s }]
          - - { name: heads, template: c, when: "{{steps.flip.outputs.result}} == heads" }
            - { name: tails, template: c, when: "{{steps.flip.outputs.result}} == tails" }`,
      { flip: succeeds({ result: 'tails' }) },
    );
    expect(run.tree.slice(3)).toEqual(
      lines(`
        [1]: StepGroup Succeeded -> [1].heads, [1].tails
        [1].heads: Skipped Skipped (when 'tails == heads' evaluated false)
        [1].tails: Pod Succeeded`),
    );
  });

  it('is asked of every item of a loop', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, withItems: [1, 2, 3], when: "{{item}} > 1" }]] }`);
    expect(phases(run)).toEqual({ 'a(0:1)': 'Skipped', 'a(1:2)': 'Succeeded', 'a(2:3)': 'Succeeded' });
  });

  it('is asked before the arguments are looked at', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - name: a
              template: say
              when: "{{= workflow.parameters.data != '' }}"
              arguments: { parameters: [{ name: m, value: "{{= jsonpath(workflow.parameters.data, '$.id') }}" }] }
            - name: b
              template: say
              when: "{{item}} > 1"
              arguments: { parameters: [{ name: m, value: "{{= jsonpath(workflow.parameters.data, '$.id') }}" }] }
              withItems: [0, 1]`,
      {},
      { spec: "arguments: { parameters: [{ name: data, value: '' }] }" },
    );
    expect(phases(run)).toMatchObject({ a: 'Skipped', 'b(0:0)': 'Skipped', 'b(1:1)': 'Skipped' });
    expect(run.phase).toBe('Succeeded');
  });

  it('that holds leaves the call in error for an argument that fails', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - name: a
              template: say
              when: "true"
              arguments: { parameters: [{ name: m, value: "{{= jsonpath('', '$.id') }}" }] }`,
    );
    expect(run.node('a')).toMatchObject({ phase: 'Error', message: 'not valid JSON' });
  });

  it('may be an expression tag that gives true or false', () => {
    expect(play(when("{{= workflow.name == 'wf'}}")).node('a').phase).toBe('Succeeded');
    expect(play(when('{{= asInt("2") > 3}}')).node('a').message).toBe("when 'false' evaluated false");
  });

  it('of a DAG task makes it Skipped, and what depends on it runs', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, template: c, when: "1 == 2" }, { name: b, template: c, depends: a }] } }`,
    );
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: Skipped Skipped (when '1 == 2' evaluated false) -> b
        b: Pod Succeeded`),
    );
  });

  it('a workflow of which everything was skipped succeeded', () => {
    expect(play(when('false')).phase).toBe('Succeeded');
  });

  it('a skipped step has no exit hook', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, when: "false", hooks: { exit: { template: c } } }]] }`);
    expect(run.tree).toHaveLength(3);
  });

  it.each([
    ['a b == a', "Invalid 'when' expression 'a b == a'"],
    ['1 + 1', "Expected boolean evaluation for '1 + 1'. Got 2"],
    ['1 ==', "Invalid 'when' expression '1 =='"],
    ['{{steps.nobody.outputs.result}} == 1', "Invalid 'when' expression '{{steps.nobody.outputs.result}} == 1'"],
  ])('`%s` makes the step Error and its group with it', (condition, message) => {
    const run = play(when(condition), {}, { validate: false });
    expect(run.node('[0]').phase).toBe('Error');
    expect(run.node('[0]').message).toContain(message);
    expect(run.phase).toBe('Failed');
  });

  it('that makes no sense makes a DAG task Error', () => {
    const run = play(`main: { dag: { tasks: [{ name: a, template: c, when: "1 + 1" }] } }`, {}, { validate: false });
    expect(run.node('a')).toMatchObject({ type: 'Skipped', phase: 'Error' });
    expect(run.node('a').message).toContain("Expected boolean evaluation for '1 + 1'. Got 2");
    expect(run.phase).toBe('Error');
  });
});

describe('a condition beside a loop', () => {
  /** What becomes of a loop over what `a` gives, as a step and as a task. */
  const loop = (rest: string, result: string): (string | undefined)[] =>
    [
      `steps: [[{ name: a, template: s }], [{ name: l, template: c, ${rest} }]]`,
      `dag: { tasks: [{ name: a, template: s }, { name: l, template: c, depends: a, ${rest.replaceAll('steps.', 'tasks.')} }] }`,
    ].map((main) => {
      const run = play(`main: { ${main} }`, { a: succeeds({ result }) });
      return run.phase === 'Succeeded' ? run.tree.find((line) => /\bl: /.test(line))?.replace('[1].', '') : run.message;
    });
  const skipped = 'l: Skipped Skipped (Skipped, empty params)';

  it.each([
    ['withParam', "withParam: '{{steps.a.outputs.result}}'"],
    ['withSequence', "withSequence: { count: '{{steps.a.outputs.result}}' }"],
  ])('that says no keeps it from looking for items where there are none: %s', (_kind, items) => {
    expect(loop(`when: '{{steps.a.outputs.result}} != none', ${items}`, 'none')).toEqual([skipped, skipped]);
  });

  it('that says no leaves a task without items, even where there are some', () => {
    const [, task] = loop(`when: no == yes, withParam: '{{steps.a.outputs.result}}'`, '[1]');
    expect(task).toBe(skipped);
  });
});
