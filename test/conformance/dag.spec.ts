import { errors, fails, hangs, succeeds } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

/** A DAG of tasks that all call `c`; each is given as `name`, or as `name: rest of its YAML flow map`. */
const dag = (...tasks: string[]): string =>
  `main: { dag: { tasks: [${tasks.map((task) => task.replace(/^([\w-]+):? ?(.*)$/s, (_, name: string, rest: string) => `{ name: ${name}, template: c${rest && `, ${rest}`} }`)).join(', ')}] } }`;

describe('a DAG', () => {
  it('starts a task when what it depends on is over; a task hangs below its dependencies', () => {
    const run = play(dag('a', 'b: dependencies: [a]', 'd: dependencies: [a]', 'e: dependencies: [b, d]'), {
      b: succeeds({ runs: '9s' }),
    });
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: Pod Succeeded -> b, d
        b: Pod Succeeded -> e
        d: Pod Succeeded -> e
        e: Pod Succeeded`),
    );
    expect(['a', 'b', 'd', 'e'].map((name) => run.node(name).startedAfter)).toEqual([0, 2, 2, 12]);
    expect(run.phase).toBe('Succeeded');
  });

  it('without dependencies runs everything at once below itself', () => {
    const run = play(dag('a', 'b', 'd'));
    expect(run.tree[0]).toBe('wf: DAG Succeeded -> a, b, d');
    expect(run.mostPodsAtOnce).toBe(3);
  });

  it('of one task whose dependencies are nested groups hangs it below their last nodes', () => {
    const run = play(`
      main:
        dag:
          tasks:
            - { name: in, template: two }
            - { name: after, template: c, depends: in }
      two: { steps: [[{ name: a, template: c }], [{ name: b, template: c }, { name: d, template: c }]] }`);
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> in
        after: Pod Succeeded
        in: Steps Succeeded -> in[0]
        in[0]: StepGroup Succeeded -> in[0].a
        in[0].a: Pod Succeeded -> in[1]
        in[1]: StepGroup Succeeded -> in[1].b, in[1].d
        in[1].b: Pod Succeeded -> after
        in[1].d: Pod Succeeded -> after`),
    );
  });

  it('runs its targets and what they need, nothing else', () => {
    const tasks = dag('a', 'b: depends: a', 'd: depends: b', 'e').replace('dag: {', 'dag: { target: "b",');
    const run = play(tasks);
    expect(phases(run)).toEqual({ a: 'Succeeded', b: 'Succeeded' });
    expect(run.node('wf').status.outboundNodes).toEqual([run.node('b').id]);
  });

  it('may have several targets, separated by spaces', () => {
    const run = play(dag('a', 'b', 'd').replace('dag: {', 'dag: { target: "d a",'));
    expect(phases(run)).toEqual({ a: 'Succeeded', d: 'Succeeded' });
    expect(run.node('wf').status.outboundNodes).toEqual([run.node('d').id, run.node('a').id]);
  });

  it('takes its outputs from its tasks', () => {
    const run = play(
      `
      main:
        dag: { tasks: [{ name: a, template: out }, { name: b-c, template: out, depends: a }] }
        outputs:
          parameters:
            - { name: p, valueFrom: { parameter: "{{tasks.a.outputs.parameters.v}}" } }
            - { name: e, valueFrom: { expression: "tasks['b-c'].outputs.parameters.v + '!'" } }`,
      { a: succeeds({ parameters: { v: '1' } }), 'b-c': succeeds({ parameters: { v: '2' } }) },
    );
    expect(run.node('wf').outputs.parameters).toEqual({ p: '1', e: '2!' });
  });

  it('hands the outputs of all tasks before a task to it, not only of its dependencies', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: a, template: out }
            - { name: b, template: c, depends: a }
            - { name: d, template: say, depends: b, arguments: { parameters: [{ name: m, value: "{{tasks.a.outputs.parameters.v}}" }] } }`,
      { a: succeeds({ parameters: { v: 'hi' } }) },
    );
    expect(said(run).d).toBe('hi');
  });
});

describe('a failed task', () => {
  it('omits what depends on it, fails the DAG, and leaves other branches alone', () => {
    const run = play(dag('a', 'b: depends: a', 'd: depends: b', 'e'), { a: fails(), e: succeeds({ runs: '1m' }) });
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Failed -> a, e
        a: Pod Failed (main: Error (exit code 1)) -> b
        b: Skipped Omitted (omitted: depends condition not met) -> d
        d: Skipped Omitted (omitted: depends condition not met)
        e: Pod Succeeded`),
    );
    expect(run.phase).toBe('Failed');
    expect(run.message).toBe('');
    expect(run.elapsed).toBeGreaterThan(60);
  });

  it('does not fail the DAG when its dependants coped with it: only targets decide', () => {
    const run = play(dag('a', 'b: depends: a.Failed'), { a: fails() });
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded' });
    expect(run.phase).toBe('Succeeded');
  });

  it('that is a target fails the DAG, unless its continueOn allows it', () => {
    expect(play(dag('a', 'b'), { a: fails() }).phase).toBe('Failed');
    expect(play(dag('a: continueOn: { failed: true }', 'b'), { a: fails() }).phase).toBe('Succeeded');
    expect(play(dag('a: continueOn: { error: true }', 'b'), { a: fails() }).phase).toBe('Failed');
    expect(play(dag('a: continueOn: { error: true }', 'b'), { a: errors() }).phase).toBe('Succeeded');
  });

  it('in Error makes the DAG Error', () => {
    expect(play(dag('a', 'b: depends: a'), { a: errors() }).node('wf').phase).toBe('Error');
  });

  it('with continueOn lets `dependencies` go on; with `depends` it is not allowed', () => {
    const scripts = { a: fails() };
    expect(phases(play(dag('a: continueOn: { failed: true }', 'b: dependencies: [a]'), scripts)).b).toBe('Succeeded');
    expect(phases(play(dag('a: continueOn: { error: true }', 'b: dependencies: [a]'), scripts)).b).toBe('Omitted');
    expect(() => play(dag('a: continueOn: { failed: true }', 'b: depends: a'))).toThrow(/continueOn cannot be used/);
  });

  it('an omitted target stands for the last task that ran before it', () => {
    const run = play(dag('a', 'b: depends: a.Failed', 'd: depends: b.Failed'), { a: fails() });
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded', d: 'Omitted' });
    expect(run.phase).toBe('Succeeded');
  });

  it.each([
    ['the first one decides, in the order in which they are written', '', 'Failed'],
    ['the last one decides without failFast', 'failFast: false, ', 'Error'],
  ])('of several targets: %s', (_what, failFast, phase) => {
    const main = `{ target: 'c a', ${failFast}tasks: [{ name: a, template: c }, { name: c, template: c }] }`;
    expect(play(`main: { dag: ${main} }`, { a: errors(), c: fails() }).phase).toBe(phase);
  });

  it('of two ways to an omitted target, the failed one counts', () => {
    const run = play(dag('a', 'b', 'd: depends: a && b'), { a: fails() });
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded', d: 'Omitted' });
    expect(run.phase).toBe('Failed');
  });

  it('with failFast (the default) independent branches still run to their end', () => {
    const run = play(dag('a', 'b', 'd: depends: b'), { a: fails(), b: succeeds({ runs: '10s' }) });
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded', d: 'Succeeded' });
    expect(run.phase).toBe('Failed');
  });

  it('with failFast a task that a place was free for starts all the same', () => {
    const run = play(dag('a', 'b').replace('dag: {', 'parallelism: 1, dag: {'), { a: fails() });
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded' });
    expect(run.phase).toBe('Failed');
  });

  it.each([true, false])(
    'failFast %s decides about tasks that found no place when the failure was seen',
    (failFast) => {
      const run = play(
        `
      main: { steps: [[{ name: first, template: first }, { name: x, template: x }]] }
      first: { steps: [[{ name: p, template: c }], [{ name: q1, template: c }, { name: q2, template: c }]] }
      x: { dag: { failFast: ${failFast}, tasks: [{ name: a, template: c }, { name: b, template: c }] } }`,
        { a: fails() },
        { spec: 'parallelism: 2' },
      );
      expect(run.node('x').phase).toBe('Failed');
      expect(run.nodes.some(({ displayName }) => displayName === 'b')).toBe(!failFast);
    },
  );
});

/** How the task `a` of a case ends. */
const ends: Readonly<Record<string, { a: string; pods?: PodScripts }>> = {
  Succeeded: { a: 'a' },
  Failed: { a: 'a', pods: { a: fails() } },
  Error: { a: 'a', pods: { a: errors() } },
  Skipped: { a: 'a: when: "1 == 2"' },
  Omitted: { a: 'a: depends: z.Failed' },
  'a loop, all Succeeded': { a: 'a: withItems: [1, 2]' },
  'a loop, one Failed': { a: 'a: withItems: [1, 2]', pods: { 'a(0:1)': fails() } },
  'a loop, all Error': { a: 'a: withItems: [1, 2]', pods: { a: errors() } },
  'a loop, all Failed': { a: 'a: withItems: [1, 2]', pods: { a: fails() } },
};

describe('depends', () => {
  it.each([
    ['Succeeded', 'a', 'runs'],
    ['Succeeded', 'a.Succeeded', 'runs'],
    ['Succeeded', 'a.Failed', 'Omitted'],
    ['Succeeded', 'a.Errored', 'Omitted'],
    ['Succeeded', 'a.Skipped', 'Omitted'],
    ['Succeeded', 'a.Omitted', 'Omitted'],
    ['Succeeded', 'a.Daemoned', 'Omitted'],
    ['Succeeded', '!a.Succeeded', 'Omitted'],
    ['Succeeded', '!a.Failed', 'runs'],
    ['Failed', 'a', 'Omitted'],
    ['Failed', 'a.Failed', 'runs'],
    ['Failed', 'a.Errored', 'Omitted'],
    ['Failed', 'a.Succeeded || a.Failed', 'runs'],
    ['Failed', 'a.Succeeded && a.Failed', 'Omitted'],
    ['Failed', '!a.Succeeded', 'runs'],
    ['Error', 'a', 'Omitted'],
    ['Error', 'a.Errored', 'runs'],
    ['Error', 'a.Failed', 'Omitted'],
    ['Skipped', 'a', 'runs'],
    ['Skipped', 'a.Skipped', 'runs'],
    ['Skipped', 'a.Succeeded', 'Omitted'],
    ['Omitted', 'a', 'Omitted'],
    ['Omitted', 'a.Omitted', 'runs'],
    ['Omitted', 'a.Skipped', 'Omitted'],
    ['a loop, all Succeeded', 'a', 'runs'],
    ['a loop, all Succeeded', 'a.AnySucceeded', 'runs'],
    ['a loop, all Succeeded', 'a.AllFailed', 'Omitted'],
    ['a loop, one Failed', 'a', 'Omitted'],
    ['a loop, one Failed', 'a.Failed', 'runs'],
    ['a loop, one Failed', 'a.AnySucceeded', 'runs'],
    ['a loop, one Failed', 'a.AllFailed', 'Omitted'],
    ['a loop, all Failed', 'a.AnySucceeded', 'Omitted'],
    ['a loop, all Failed', 'a.AllFailed', 'runs'],
    ['a loop, all Error', 'a.AllFailed', 'Omitted'],
    ['a loop, all Error', 'a.Errored', 'runs'],
    ['Succeeded', 'a.AnySucceeded', 'Omitted'],
    ['Failed', 'a.AllFailed', 'Omitted'],
  ])('after %s, `%s`: %s', (how, depends, expected) => {
    const { a, pods = {} } = ends[how] ?? { a: 'a' };
    // Asking for the items of what is no loop is refused by validation; the engine answers no.
    const run = play(dag(a, 'z', `t: depends: "${depends}"`), pods, { validate: false });
    expect(run.node('t').phase === 'Succeeded' ? 'runs' : run.node('t').phase).toBe(expected);
  });

  it.each([
    ['a && b', 'Omitted'],
    ['a || b', 'Succeeded'],
    ['(a || b) && d', 'Succeeded'],
    ['a && (b.Failed || d.Failed)', 'Succeeded'],
    ['a && b.Failed && !d.Failed', 'Succeeded'],
    ['!(a && b)', 'Succeeded'],
    ['b || b.Failed', 'Succeeded'],
  ])('with a and d Succeeded and b Failed, `%s`: %s', (depends, expected) => {
    const run = play(dag('a', 'b', 'd', `t: depends: "${depends}"`), { b: fails() });
    expect(run.node('t').phase).toBe(expected);
  });

  it('waits for everything it names, even where the answer is known already', () => {
    const run = play(dag('a', 'b', 't: depends: "a || b"'), { b: succeeds({ runs: '1m' }) });
    expect(run.node('t').startedAfter).toBe(61);
  });

  it('names with hyphens mean tasks, not subtractions', () => {
    const run = play(dag('build-all', 'test-1: depends: "build-all.Succeeded && !build-all.Failed"'));
    expect(phases(run)).toEqual({ 'build-all': 'Succeeded', 'test-1': 'Succeeded' });
  });

  it('a task hangs below every task that its condition names', () => {
    const run = play(dag('a', 'b', 't: depends: "a || b.Failed"'));
    expect(run.node('a').children).toEqual(['t']);
    expect(run.node('b').children).toEqual(['t']);
  });
});

describe('a task that cannot be made', () => {
  it('its error also tells of nested templates whose outputs cannot be told', () => {
    const run = play(`
      main: { dag: { tasks: [{ name: in, template: one }] } }
      one:
        steps: [[{ name: a, template: c }]]
        outputs: { parameters: [{ name: p, valueFrom: { parameter: "{{steps.a.outputs.result}}" } }] }`);
    expect(run.node('in').message).toBe(`task 'wf.in' errored: Unable to resolve: "steps.a.outputs.result"`);
  });

  it('is Skipped in Error, names the task, and fails the DAG with Error', () => {
    const run = play(`main: { dag: { tasks: [{ name: a, template: nowhere }] } }`, {}, { validate: false });
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Error -> a
        a: Skipped Error (task 'wf.a' errored: template nowhere not found)`),
    );
    expect(run.phase).toBe('Error');
  });

  it('does not take other branches with it', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, template: nowhere }, { name: b, template: c }] } }`,
      {},
      { validate: false },
    );
    expect(run.node('b').phase).toBe('Succeeded');
  });

  it('the DAG of a broken condition does not start', () => {
    expect(() => play(dag('a', 't: depends: "a &&"'))).toThrow(/depends/);
    expect(() => play(dag('a: depends: b', 'b: depends: a'))).toThrow(/wait for each other: a -> b -> a/);
    expect(() => play(dag('a: depends: nobody'))).toThrow(/nobody/);
    expect(() => play(dag('a', 'b: depends: a.Ended'))).toThrow(/Ended/);
  });
});

it('a DAG goes on where it was when the controller restarts', () => {
  const run = begin(dag('a', 'b: depends: a', 'd: depends: b'), { b: hangs() })
    .at('1m')
    .restart();
  expect(phases(run)).toEqual({ a: 'Succeeded', b: 'Running' });
  expect(run.pods).toHaveLength(2);
});
