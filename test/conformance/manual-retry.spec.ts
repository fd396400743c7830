import { attempts, fails, succeeds } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import type { SimulatedRun } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

const twice = attempts(fails(), succeeds());
/** How often each step's pod was made. */
const made = (run: SimulatedRun): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { displayName } of run.pods) counts[displayName] = (counts[displayName] ?? 0) + 1;
  return counts;
};

it.each([
  ['a task', (loop: string) => `dag: { tasks: [{ ${loop} }] }`, 'l: TaskGroup Succeeded (Skipped, empty params)'],
  ['a step', (loop: string) => `steps: [[{ ${loop} }]]`, '[0].l: Skipped Skipped (Skipped, empty params)'],
])('%s whose loop has no items with the new parameters is done', (_kind, main, line) => {
  const loop = "name: l, template: c, withParam: '{{workflow.parameters.list}}'";
  const spec = "arguments: { parameters: [{ name: list, value: '[1, 2]' }] }";
  const run = play(`main: { ${main(loop)} }`, { 'l(1:2)': fails() }, { spec });
  run.retry({ parameters: ['list=[]'] }).finish();
  expect(run.phase).toBe('Succeeded');
  expect(run.tree).toContain(line);
});

describe('retry', () => {
  const steps =
    'main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }, { name: d, template: c }], [{ name: e, template: c }]] }';

  it('keeps what succeeded and runs the rest', () => {
    const run = play(steps, { b: twice }).retry().finish();
    expect(run.phase).toBe('Succeeded');
    expect(made(run)).toEqual({ a: 1, b: 2, d: 1, e: 1 });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a
        [0].a: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].d, [1].b
        [1].b: Pod Succeeded -> [2]
        [1].d: Pod Succeeded -> [2]
        [2]: StepGroup Succeeded -> [2].e
        [2].e: Pod Succeeded`),
    );
  });

  it('leaves the tree open where it goes on, and deletes the pods of what runs again', () => {
    const run = play(steps, { b: fails() });
    const before = run.podObjects;
    run.retry();
    expect(run.node('wf').phase).toBe('Running');
    expect(run.node('[1]')).toMatchObject({ phase: 'Running', message: '', finishedAfter: null });
    expect(run.node('[0]').phase).toBe('Succeeded');
    expect(before).toContain(run.pod('b').podName);
  });

  it('starts the clock of the run again', () => {
    const run = begin(
      'main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }',
      { b: twice },
      {
        spec: 'activeDeadlineSeconds: 30',
      },
    ).at('1m');
    expect(run.phase).toBe('Failed');
    run.retry().finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.workflow.status?.startedAt).toBe('2026-01-01T00:01:00Z');
    expect(run.workflow.status?.message).toBeUndefined();
  });

  it.each(['Running', 'Succeeded'])('of a run that is %s is refused', (phase) => {
    const run = phase === 'Running' ? begin(steps) : play(steps);
    expect(run.phase).toBe(phase);
    expect(() => run.retry()).toThrow(/retry/i);
  });

  it('of a run in Error is allowed', () => {
    const run = play('main: { container: { image: x } }', { main: attempts({ phase: 'Error' }, succeeds()) });
    expect(run.phase).toBe('Error');
    expect(run.retry().finish().phase).toBe('Succeeded');
  });

  it('runs the exit handler once more', () => {
    const run = play('main: { steps: [[{ name: a, template: c }]] }', { a: twice }, { spec: 'onExit: d' });
    expect(made(run.retry().finish())).toEqual({ a: 2, 'wf.onExit': 2 });
  });

  it('runs the exit hooks of what runs again', () => {
    const run = play('main: { steps: [[{ name: a, template: c, onExit: d }]] }', { a: twice }).retry().finish();
    expect(made(run)).toEqual({ a: 2, 'a.onExit': 2 });
    expect(phases(run)).toEqual({ a: 'Succeeded', 'a.onExit': 'Succeeded' });
  });

  it('a retried step starts over with its first attempt', () => {
    const run = play('main: { retryStrategy: { limit: 1 }, container: { image: x } }', {
      main: attempts(fails(), fails(), succeeds()),
    });
    expect(run.phase).toBe('Failed');
    run.retry().finish();
    expect(run.tree).toEqual(['wf: Retry Succeeded -> (0)', '(0): Pod Succeeded']);
  });

  it('of a DAG runs failed and omitted tasks', () => {
    const run = play(
      'main: { dag: { tasks: [{ name: a, template: c }, { name: b, template: c, depends: a }, { name: d, template: c }] } }',
      { a: twice },
    );
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Omitted', d: 'Succeeded' });
    run.retry().finish();
    expect(phases(run)).toEqual({ a: 'Succeeded', b: 'Succeeded', d: 'Succeeded' });
    expect(made(run)).toEqual({ a: 2, b: 1, d: 1 });
  });

  it('a failure that something succeeded behind is left alone', () => {
    const run = play(
      'main: { dag: { tasks: [{ name: a, template: c }, { name: b, template: c, depends: a.Failed }, { name: d, template: c }] } }',
      { a: fails(), d: twice },
    );
    run.retry().finish();
    expect(made(run)).toEqual({ a: 1, b: 1, d: 2 });
    expect(run.phase).toBe('Succeeded');
  });

  it('of nested templates reopens what is around the failure', () => {
    const run = play(
      `
      main: { steps: [[{ name: in, template: two }]] }
      two: { dag: { tasks: [{ name: a, template: c }, { name: b, template: c, depends: a }] } }`,
      { b: twice },
    );
    run.retry().finish();
    expect(made(run)).toEqual({ a: 1, b: 2 });
    expect(run.phase).toBe('Succeeded');
  });

  it('of loops runs the failed items', () => {
    for (const main of [
      '{ steps: [[{ name: a, template: c, withItems: [1, 2] }]] }',
      '{ dag: { tasks: [{ name: a, template: c, withItems: [1, 2] }] } }',
    ]) {
      const run = play(`main: ${main}`, { 'a(1:2)': twice }).retry().finish();
      expect(made(run)).toEqual({ 'a(0:1)': 1, 'a(1:2)': 2 });
      expect(run.phase).toBe('Succeeded');
    }
  });

  it('lifts a stop', () => {
    const run = begin('main: { container: { image: x } }', { main: attempts(succeeds({ runs: '1h' }), succeeds()) });
    run.at('5s').stop().finish();
    expect(run.phase).toBe('Failed');
    run.retry().finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.workflow.spec.shutdown).toBeUndefined();
  });

  it('with other arguments', () => {
    const pods: PodScripts = {
      main: (pod) => (pod.template.container?.args?.[0] === 'bad' ? fails() : succeeds()),
    };
    const run = play('main: { container: { image: x, args: ["{{workflow.parameters.p}}"] } }', pods, {
      parameters: { p: 'bad' },
    });
    run.retry({ parameters: ['p=good'] }).finish();
    expect(run.phase).toBe('Succeeded');
    expect(said(run).wf).toBe('good');
    expect(() => play('main: { container: { image: x } }', { main: fails() }).retry({ parameters: ['p'] })).toThrow(
      'expected parameter of the form NAME=VALUE',
    );
  });

  it('again and again', () => {
    const run = play('main: { container: { image: x } }', { main: attempts(fails(), fails(), succeeds()) });
    run.retry().finish();
    expect(run.phase).toBe('Failed');
    run.retry().finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.pods).toHaveLength(3);
  });

  it('a suspended node that failed asks again', () => {
    const run = play('main: { steps: [[{ name: w, template: wait }], [{ name: a, template: c }]] }');
    run.stop({ node: 'displayName=w', message: 'no' }).finish().retry().finish();
    expect(run.node('w')).toMatchObject({ phase: 'Running', message: '' });
    expect(run.resume().finish().phase).toBe('Succeeded');
  });

  it('progress counts what is kept', () => {
    const run = play(steps, { b: twice });
    expect(run.progress).toBe('2/3');
    expect(run.retry().finish().progress).toBe('4/4');
  });
});

describe('restartSuccessful', () => {
  const steps = 'main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }], [{ name: d, template: c }]] }';

  it('runs a chosen step again, and what followed it', () => {
    const run = play(steps).retry({ restartSuccessful: true, nodeFieldSelector: 'displayName=b' }).finish();
    expect(made(run)).toEqual({ a: 1, b: 2, d: 2 });
    expect(run.phase).toBe('Succeeded');
  });

  it('needs a selector, and one that finds something', () => {
    expect(() => play(steps).retry({ restartSuccessful: true })).toThrow(/selector/i);
    expect(() => play(steps).retry({ restartSuccessful: true, nodeFieldSelector: 'displayName=x' })).toThrow(
      /displayName=x/,
    );
  });

  it('together with what failed', () => {
    const run = play(
      'main: { dag: { tasks: [{ name: a, template: c }, { name: b, template: c }, { name: d, template: c }] } }',
      { b: twice },
    );
    run.retry({ restartSuccessful: true, nodeFieldSelector: 'displayName=a' }).finish();
    expect(made(run)).toEqual({ a: 2, b: 2, d: 1 });
  });
});
