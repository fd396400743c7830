import { errors, fails, hangs, succeeds } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

describe('the exit handler of the workflow', () => {
  it('runs after the entry, whatever became of it; it hangs below nothing', () => {
    const run = play(
      '{ main: { container: { image: x } }, bye: { container: { image: x } } }',
      {},
      { spec: 'onExit: bye' },
    );
    expect(run.tree).toEqual(['wf: Pod Succeeded', 'onExit: Pod Succeeded']);
    expect(run.node('onExit')).toMatchObject({ name: 'wf.onExit', displayName: 'wf.onExit', startedAfter: 2 });
    expect(run.node('onExit').status.nodeFlag).toEqual({ hooked: true });
    expect(run.node('onExit').status.boundaryID).toBeUndefined();
    expect(run.pod('onExit').onExit).toBe(true);
  });

  it.each([
    ['Succeeded', succeeds(), succeeds(), 'Succeeded', ''],
    ['Failed', fails(), succeeds(), 'Failed', 'main: Error (exit code 1)'],
    ['Error', errors({ message: 'no node' }), succeeds(), 'Error', 'no node'],
    ['Succeeded', succeeds(), fails({ message: 'bye' }), 'Failed', 'bye'],
    ['Succeeded', succeeds(), errors({ message: 'bye' }), 'Error', 'bye'],
    ['Failed', fails(), errors(), 'Failed', 'main: Error (exit code 1)'],
  ])(
    'after %s (%#) the workflow is what the entry was; a failed handler spoils only a success',
    (_, main, exit, phase, message) => {
      const run = play(
        '{ main: { container: { image: x } }, bye: { container: { image: x } } }',
        { main, bye: exit },
        {
          spec: 'onExit: bye',
        },
      );
      expect(run.phase).toBe(phase);
      expect(run.message).toBe(message);
    },
  );

  it('sees how the run ended', () => {
    const tell = '{{workflow.status}}|{{workflow.duration}}|{{workflow.failures}}';
    const templates = `{ main: { container: { image: x } }, bye: { container: { image: x, args: ['${tell}'] } } }`;
    const told = said(play(templates, { main: fails() }, { spec: 'onExit: bye' }))['wf.onExit'] ?? '';
    const [status, duration, failures] = told.split('|');
    expect([status, duration]).toEqual(['Failed', '2.000000']);
    expect(JSON.parse(JSON.parse(failures ?? '') as string)).toEqual([
      {
        displayName: 'wf',
        message: 'main: Error (exit code 1)',
        templateName: 'main',
        phase: 'Failed',
        podName: 'wf',
        finishedAt: '2026-01-01T00:00:02Z',
      },
    ]);
  });

  it('{{workflow.failures}} without any is null', () => {
    const run = play(
      `{ main: { container: { image: x } }, bye: { container: { image: x, args: ['{{workflow.failures}}'] } } }`,
      {},
      { spec: 'onExit: bye' },
    );
    expect(said(run)['wf.onExit']).toBe('"null"');
  });

  it('gets the arguments of the workflow', () => {
    const run = play(
      '{ main: { container: { image: x } } }',
      {},
      { spec: '{ onExit: say, arguments: { parameters: [{ name: m, value: hi }] } }' },
    );
    expect(said(run)['wf.onExit']).toBe('hi');
  });

  it('as hooks.exit it may have arguments and a condition', () => {
    const spec = (expression: string): string =>
      `hooks: { exit: { template: say, arguments: { parameters: [{ name: m, value: "{{workflow.status}}" }] }, expression: "${expression}" } }`;
    expect(
      said(play('main: { container: { image: x } }', {}, { spec: spec("workflow.status == 'Succeeded'") })),
    ).toEqual({
      wf: undefined,
      'wf.onExit': 'Succeeded',
    });
    const skipped = play('main: { container: { image: x } }', {}, { spec: spec("workflow.status == 'Failed'") });
    expect(skipped.tree).toEqual(['wf: Pod Succeeded']);
  });

  it('may be a whole tree; its pods are all exit pods', () => {
    const run = play(
      `{ main: { container: { image: x } }, bye: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] } }`,
      {},
      { spec: 'onExit: bye' },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: Pod Succeeded
        onExit: Steps Succeeded -> onExit[0]
        onExit[0]: StepGroup Succeeded -> onExit[0].a
        onExit[0].a: Pod Succeeded -> onExit[1]
        onExit[1]: StepGroup Succeeded -> onExit[1].b
        onExit[1].b: Pod Succeeded`),
    );
    expect(run.pods.map(({ onExit }) => onExit)).toEqual([false, true, true]);
  });

  it('runs after a stop, not after a termination', () => {
    const options = { spec: 'onExit: c' };
    const stopped = begin('main: { container: { image: x } }', { main: hangs() }, options).at('5s').stop().finish();
    expect(phases(stopped)).toEqual({ wf: 'Failed', 'wf.onExit': 'Succeeded' });
    const ended = begin('main: { container: { image: x } }', { main: hangs() }, options).at('5s').terminate().finish();
    expect(phases(ended)).toEqual({ wf: 'Failed' });
  });

  it('is not stopped by a stop, but by a termination', () => {
    const at = (): ReturnType<typeof begin> =>
      begin('main: { container: { image: x } }', { c: succeeds({ runs: '1m' }) }, { spec: 'onExit: c' }).at('10s');
    expect(at().stop().finish().phase).toBe('Succeeded');
    expect(at().terminate().finish().node('onExit').phase).toBe('Failed');
  });

  it('runs on after the deadline of the workflow', () => {
    const run = play(
      'main: { container: { image: x } }',
      { main: hangs(), c: succeeds({ runs: '1h' }) },
      {
        spec: '{ onExit: c, activeDeadlineSeconds: 30 }',
      },
    );
    expect(phases(run)).toEqual({ wf: 'Failed', 'wf.onExit': 'Succeeded' });
    expect(run.pod('onExit').deadline).toBeNull();
  });

  it('of a template that is not there makes the workflow Error', () => {
    const run = play('main: { container: { image: x } }', {}, { spec: 'onExit: nowhere', validate: false });
    expect(run.phase).toBe('Error');
    expect(run.message).toContain('template nowhere not found');
  });
});

describe('exit hooks of steps and tasks', () => {
  const steps = (hook: string): string =>
    `main: { steps: [[{ name: a, template: c, ${hook} }], [{ name: b, template: c }]] }`;

  it('run once the step is over; the next group waits for them', () => {
    const run = play(steps('onExit: d'), { d: succeeds({ runs: '1m' }) });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a
        [0].a: Pod Succeeded -> [0].a.onExit, [1]
        [0].a.onExit: Pod Succeeded
        [1]: StepGroup Succeeded -> [1].b
        [1].b: Pod Succeeded`),
    );
    expect(run.node('b').startedAfter).toBeGreaterThan(60);
    expect(run.node('a.onExit').status.boundaryID).toBe(run.node('wf').id);
  });

  it.each(['onExit: d', 'hooks: { exit: { template: d } }'])('%s are two spellings of one thing', (hook) => {
    expect(play(steps(hook)).node('a.onExit').phase).toBe('Succeeded');
  });

  it('run after a failure too, and their own failure does not matter', () => {
    const failed = play(steps('onExit: d'), { a: fails() });
    expect(phases(failed)).toEqual({ a: 'Failed', 'a.onExit': 'Succeeded' });
    expect(failed.phase).toBe('Failed');
    const broken = play(steps('onExit: d'), { 'a.onExit': fails() });
    expect(phases(broken)).toEqual({ a: 'Succeeded', 'a.onExit': 'Failed', b: 'Succeeded' });
    expect(broken.phase).toBe('Succeeded');
  });

  it('of a DAG task: dependants wait for them', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, template: c, onExit: d }, { name: b, template: c, depends: a }] } }`,
      { d: succeeds({ runs: '1m' }) },
    );
    expect(run.node('a').children).toEqual(['a.onExit', 'b']);
    expect(run.node('b').startedAfter).toBeGreaterThan(60);
  });

  it('of the last task of a DAG: the DAG waits for them', () => {
    const run = play(`main: { dag: { tasks: [{ name: a, template: c, onExit: d }] } }`, {
      d: succeeds({ runs: '1m' }),
    });
    expect(run.node('wf').finishedAfter).toBeGreaterThan(60);
  });

  it('get the outputs of their step, and its status', () => {
    const run = play(
      `
      main:
        steps:
          - - name: a
              template: out
              hooks:
                exit:
                  template: say
                  arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}} {{steps.a.status}}" }] }`,
      { a: succeeds({ parameters: { v: '42' } }) },
    );
    expect(said(run)['a.onExit']).toBe('42 Succeeded');
  });

  it('of a retried step run once, with the outputs of the last attempt', () => {
    const run = play(
      `
      main:
        steps:
          - - name: a
              template: r
              hooks: { exit: { template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}}" }] } } }
      r: { retryStrategy: { limit: 1 }, container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }`,
      { 'a(0)': fails(), 'a(1)': succeeds({ parameters: { v: 'second' } }) },
    );
    expect(said(run)['a.onExit']).toBe('second');
    expect(run.node('a').children).toEqual(['[0].a(0)', '[0].a(1)', '[0].a.onExit']);
  });

  it.each([
    ['Succeeded', succeeds()],
    ['Failed', fails()],
    ['Error', errors()],
  ])('of a step that is %s wait for a place like anything else', (phase, outcome) => {
    const hooks = { exit: { template: 'd' }, told: { template: 'd', expression: `steps.a.status == '${phase}'` } };
    const run = play(
      JSON.stringify({ main: { steps: [[{ name: 'a', template: 'c', hooks }]] } }),
      { 'a.onExit': succeeds(), 'a.hooks.told': succeeds(), a: outcome },
      { spec: 'parallelism: 1' },
    );
    expect(phases(run)).toEqual({ a: phase, 'a.onExit': 'Succeeded', 'a.hooks.told': 'Succeeded' });
    expect(run.mostPodsAtOnce).toBe(1);
  });

  it('of each item of a step loop have nodes of their own', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, withItems: [1, 2], onExit: d }]] }`);
    expect(phases(run)).toEqual({
      'a(0:1)': 'Succeeded',
      'a(0:1).onExit': 'Succeeded',
      'a(1:2)': 'Succeeded',
      'a(1:2).onExit': 'Succeeded',
    });
  });

  it('of an item see what the item has, not what the loop has so far', () => {
    const hook = { template: 'd', expression: `steps.a.status == 'Running' && 'outputs' in steps.a` };
    const run = play(
      JSON.stringify({ main: { steps: [[{ name: 'a', template: 'c', withItems: [1, 2], hooks: { told: hook } }]] } }),
      { 'a(0:1)': succeeds({ result: '1' }), 'a(1:2)': succeeds({ pending: '1m' }) },
    );
    expect(phases(run)).toEqual({ 'a(0:1)': 'Succeeded', 'a(1:2)': 'Succeeded' });
  });

  it('may have a condition', () => {
    const hook = (status: string): string =>
      `hooks: { exit: { template: d, expression: "steps.a.status == '${status}'" } }`;
    expect(phases(play(steps(hook('Succeeded'))))).toHaveProperty(['a.onExit'], 'Succeeded');
    expect(phases(play(steps(hook('Failed'))))).not.toHaveProperty(['a.onExit']);
  });
});

describe('other hooks', () => {
  const withHook = (expression: string): string =>
    JSON.stringify({
      main: { steps: [[{ name: 'a', template: 'c', hooks: { told: { template: 'd', expression } } }]] },
    });

  it('run beside their step as soon as their expression is true', () => {
    const run = play(withHook("steps.a.status == 'Running'"), { a: succeeds({ runs: '1m' }) });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a
        [0].a: Pod Succeeded -> [0].a.hooks.told
        [0].a.hooks.told: Pod Succeeded`),
    );
    expect(run.node('[0].a.hooks.told')).toMatchObject({ displayName: 'a.hooks.told', startedAfter: 1 });
    expect(run.node('[0].a.hooks.told').status.nodeFlag).toEqual({ hooked: true });
  });

  it('run after it when the expression becomes true then', () => {
    expect(play(withHook("steps.a.status == 'Succeeded'")).node('a.hooks.told').startedAfter).toBe(2);
  });

  it('whose expression never becomes true do not run', () => {
    expect(play(withHook("steps.a.status == 'Failed'")).tree).toHaveLength(3);
  });

  it('whose expression reads what is not there yet wait for it', () => {
    const asks = (v: string): string[] =>
      play(withHook("steps.a.outputs.parameters.v == 'x'").replace('"template":"c"', '"template":"out"'), {
        a: succeeds({ parameters: { v } }),
      }).pods.map(({ displayName }) => displayName);
    expect(asks('x')).toEqual(['a', 'a.hooks.told']);
    expect(asks('y')).toEqual(['a']);
  });

  it('whose expression has tags know the steps before theirs', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: s }]
          - - name: b
              template: c
              hooks:
                yes: { template: d, expression: "'{{steps.a.outputs.result}}' == 'x' && steps.b.status == 'Succeeded'" }
                no: { template: d, expression: "'{{steps.a.outputs.result}}' == 'y'" }`,
      { a: succeeds({ result: 'x' }) },
    );
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['a', 'b', 'b.hooks.yes']);
  });

  it('hold up the group until they are over', () => {
    const run = play(withHook("steps.a.status == 'Running'"), { d: succeeds({ runs: '1h' }) });
    expect(run.node('[0]').finishedAfter).toBeGreaterThan(3600);
    expect(run.node('a').finishedAfter).toBe(2);
  });

  it('that fail do not fail their step', () => {
    const run = play(withHook("steps.a.status == 'Running'"), { 'a.hooks.told': fails() });
    expect(run.phase).toBe('Succeeded');
  });

  it('start once', () => {
    const run = play(withHook('true'), { a: succeeds({ runs: '1m' }) });
    expect(run.pods.filter(({ displayName }) => displayName === 'a.hooks.told')).toHaveLength(1);
  });

  it('without an expression are refused', () => {
    expect(() => play(`main: { steps: [[{ name: a, template: c, hooks: { told: { template: d } } }]] }`)).toThrow(
      /expression/,
    );
    const run = play(
      `main: { steps: [[{ name: a, template: c, hooks: { told: { template: d } } }]] }`,
      {},
      { validate: false },
    );
    expect(run.node('a.hooks.told')).toMatchObject({
      phase: 'Error',
      message: 'Expression required for hook wf[0].a.hooks.told',
    });
  });

  it.each([
    ['an expression of an exit hook', "exit: { template: d, expression: 'steps.a.status ==' }", 'Error', 'Error'],
    [
      'an argument of an exit hook',
      "exit: { template: say, arguments: { parameters: [{ name: m, value: '{{= int(steps.a.id) }}' }] } }",
      'Error',
      'Error',
    ],
    ['an expression of another hook', "told: { template: d, expression: 'steps.a.status ==' }", 'Failed', 'Error'],
  ])('%s that cannot be told breaks the steps or the DAG', (_what, hook, inSteps, inDag) => {
    const main = (call: string): string => `main: { ${call.replaceAll('HOOK', hook)} }`;
    const steps = play(
      main('steps: [[{ name: a, template: c, hooks: { HOOK } }], [{ name: b, template: c }]]'),
      {},
      { validate: false },
    );
    expect([steps.phase, steps.node('[0]').phase, steps.node('a').phase]).toEqual([inSteps, 'Error', 'Succeeded']);
    expect(steps.message).toMatch(/unexpected|invalid/);
    expect(steps.nodes.some(({ name }) => name === 'wf[1]')).toBe(false);
    const dag = play(
      main('dag: { tasks: [{ name: a, template: c, hooks: { HOOK } }] }').replaceAll('steps.', 'tasks.'),
      {},
      { validate: false },
    );
    expect([dag.phase, dag.node('a').phase]).toEqual([inDag, 'Succeeded']);
    expect(dag.message).toMatch(/^error in entry template execution: (unexpected|invalid)/);
  });

  it('of tasks work the same way', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, template: c, hooks: { told: { template: d, expression: "tasks.a.status == 'Running'" } } }, { name: b, template: c, depends: a }] } }`,
      { d: succeeds({ runs: '1m' }) },
    );
    expect(run.node('a').children).toEqual(['a.hooks.told', 'b']);
    expect(run.node('b').startedAfter).toBeGreaterThan(60);
  });

  it('of a task that is a loop: the exit hook is of each item, the others are of the loop', () => {
    const value = '{{item}} {{tasks.a.status}} {{tasks.a.outputs.parameters.v}}';
    const run = play(
      `
      main:
        dag:
          tasks:
            - name: a
              template: out
              withItems: [x, y]
              hooks:
                exit: { template: say, arguments: { parameters: [{ name: m, value: '${value}' }] } }
                told: { template: d, expression: "tasks.a.status == 'Running'" }
            - { name: b, template: c, depends: a }`,
      { out: (pod) => succeeds({ parameters: { v: pod.displayName } }), say: succeeds({ runs: '1m' }) },
    );
    expect(said(run)).toMatchObject({ 'a(0:x).onExit': 'x Succeeded a(0:x)', 'a(1:y).onExit': 'y Succeeded a(1:y)' });
    expect(run.node('a').children).toEqual(['a(0:x)', 'a(1:y)', 'a.hooks.told']);
    expect(run.node('b').startedAfter).toBeGreaterThan(60);
  });

  it('of the items of a loop do not become those of the loop when the controller starts anew', () => {
    const run = begin(
      'main: { dag: { tasks: [{ name: a, template: c, withItems: [x], onExit: d }, { name: b, template: c, depends: a }] } }',
      { c: (pod) => succeeds({ runs: pod.displayName === 'b' ? '1m' : '1s' }) },
    ).at('30s');
    run.restart().finish();
    expect(Object.keys(phases(run))).toEqual(['a(0:x)', 'a(0:x).onExit', 'b']);
  });

  it('of the workflow see workflow.*; they hang below the root', () => {
    const run = play(
      'main: { container: { image: x } }',
      { main: succeeds({ runs: '1m' }) },
      {
        spec: `hooks: { told: { template: d, expression: "workflow.status == 'Running'" } }`,
      },
    );
    expect(run.tree).toEqual(['wf: Pod Succeeded -> hooks.told', 'hooks.told: Pod Succeeded']);
    expect(run.node('hooks.told').startedAfter).toBe(0);
  });

  it('of the workflow are waited for', () => {
    const run = play(
      'main: { container: { image: x } }',
      { d: succeeds({ runs: '1m' }) },
      {
        spec: `hooks: { told: { template: d, expression: "workflow.status == 'Running'" } }`,
      },
    );
    expect(run.elapsed).toBeGreaterThan(60);
    expect(run.phase).toBe('Succeeded');
  });

  it('of the workflow that fail do not matter', () => {
    const run = play(
      'main: { container: { image: x } }',
      { d: fails() },
      {
        spec: `hooks: { told: { template: d, expression: "true" } }`,
      },
    );
    expect(run.phase).toBe('Succeeded');
  });

  it('of the workflow see how a retried entry ended', () => {
    const run = play(
      'main: { retryStrategy: { limit: 1 }, container: { image: x } }',
      { main: fails() },
      { spec: `hooks: { sad: { template: d, expression: "workflow.status == 'Failed'" } }` },
    );
    expect(phases(run)).toMatchObject({ 'wf(1)': 'Failed', 'wf.hooks.sad': 'Succeeded' });
    expect(run.progress).toBe('1/3');
  });

  it.each([
    ['steps', 'in: { steps: [[{ name: b, template: c }]] }', ''],
    ['a DAG', 'in: { dag: { tasks: [{ name: b, template: c }] } }', ''],
    ['a retried call', 'in: { retryStrategy: { limit: 1 }, container: { image: x } }', ''],
    ['a loop', 'in: { container: { image: x } }', ', withItems: [1, 2]'],
  ])('run beside %s too', (_what, template, loop) => {
    const run = play(
      `
      main: { dag: { tasks: [{ name: a, template: in${loop}, hooks: { told: { template: d, expression: "tasks.a.status == 'Running'" } } }] } }
      ${template}`,
      { '*': succeeds({ runs: '1m' }), d: succeeds() },
    );
    expect(run.node('a.hooks.told')).toMatchObject({ phase: 'Succeeded', startedAfter: 0, finishedAfter: 2 });
    expect(run.node('a').finishedAfter).toBe(61);
  });

  it('several hooks of one step each run', () => {
    const hooks = {
      one: { template: 'd', expression: 'true' },
      two: { template: 'd', expression: 'true' },
      exit: { template: 'd' },
    };
    const run = play(JSON.stringify({ main: { steps: [[{ name: 'a', template: 'c', hooks }]] } }));
    expect(Object.keys(phases(run))).toEqual(['a', 'a.hooks.one', 'a.hooks.two', 'a.onExit']);
  });
});
