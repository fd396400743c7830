import type { DAGTask, DAGTemplate, Template } from '@argosy/workflow-spec';
import type { PodScript } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const dag = (tasks: DAGTask[], extra: Partial<DAGTemplate> = {}): Template => ({
  name: 'main',
  dag: { tasks, ...extra },
});
const task = (name: string, extra: Partial<DAGTask> = {}): DAGTask => ({ name, template: 'c', ...extra });
const run = (tasks: DAGTask[], script?: PodScript, extra?: Partial<DAGTemplate>): WorkflowSimulation => {
  const simulation = new WorkflowSimulation(workflow([dag(tasks, extra), container('c')]), script);
  simulation.run();
  return simulation;
};
const fails =
  (...names: string[]): PodScript =>
  ({ displayName }) =>
    names.includes(displayName) ? { phase: 'Failed' } : {};
const phases = (simulation: WorkflowSimulation): Record<string, string | undefined> =>
  Object.fromEntries(simulation.nodes().map((node) => [node.displayName ?? '', node.phase]));

describe('a DAG', () => {
  it('runs a diamond and draws each task below what it depends on', () => {
    const simulation = run([
      task('a'),
      task('b', { dependencies: ['a'] }),
      task('c', { dependencies: ['a'] }),
      task('d', { dependencies: ['b', 'c'] }),
    ]);
    expect(simulation.tree()).toEqual([
      'wf: DAG Succeeded -> wf.a',
      'wf.a: Pod Succeeded -> wf.b, wf.c',
      'wf.b: Pod Succeeded -> wf.d',
      'wf.c: Pod Succeeded -> wf.d',
      'wf.d: Pod Succeeded',
    ]);
    expect(simulation.node('wf').outboundNodes).toEqual([simulation.node('wf.d').id]);
  });

  it('omits what depends on a failure and fails, while independent branches go on', () => {
    const simulation = run(
      [task('a'), task('b', { dependencies: ['a'] }), task('x'), task('y', { dependencies: ['x'] })],
      fails('a'),
    );
    expect(phases(simulation)).toEqual({ wf: 'Failed', a: 'Failed', b: 'Omitted', x: 'Succeeded', y: 'Succeeded' });
    expect(simulation.node('wf.b')).toMatchObject({ type: 'Skipped', message: 'omitted: depends condition not met' });
  });

  it('succeeds when a failed task was coped with by its dependants', () => {
    const simulation = run([task('a'), task('cope', { depends: 'a.Failed' })], fails('a'));
    expect(phases(simulation)).toEqual({ wf: 'Succeeded', a: 'Failed', cope: 'Succeeded' });
  });

  it('omits a handler of failure when nothing failed, and still succeeds', () => {
    const simulation = run([task('a'), task('cope', { depends: 'a.Failed || a.Errored' })]);
    expect(phases(simulation)).toEqual({ wf: 'Succeeded', a: 'Succeeded', cope: 'Omitted' });
  });

  it('lets dependants run after a task that may fail', () => {
    const simulation = run(
      [task('a', { continueOn: { failed: true } }), task('b', { dependencies: ['a'] })],
      fails('a'),
    );
    expect(phases(simulation)).toEqual({ wf: 'Succeeded', a: 'Failed', b: 'Succeeded' });
  });

  it('does not fail for a target that may fail', () => {
    expect(phases(run([task('a', { continueOn: { failed: true } })], fails('a')))).toEqual({
      wf: 'Succeeded',
      a: 'Failed',
    });
  });

  it('runs only its targets and what they need', () => {
    const simulation = run([task('a'), task('b', { dependencies: ['a'] }), task('z')], undefined, { target: 'b' });
    expect(Object.keys(phases(simulation))).toEqual(['wf', 'a', 'b']);
  });

  it('holds loops in a task group and judges them with AnySucceeded and AllFailed', () => {
    const simulation = run(
      [
        task('loop', { withItems: [0, 1, 2] }),
        task('some', { depends: 'loop.AnySucceeded' }),
        task('none', { depends: 'loop.AllFailed' }),
      ],
      fails('loop(1:1)'),
    );
    expect(simulation.tree()).toEqual(
      [
        'wf: DAG Succeeded -> wf.loop',
        'wf.loop: TaskGroup Failed -> wf.loop(0:0), wf.loop(1:1), wf.loop(2:2)',
        'wf.loop(0:0): Pod Succeeded -> wf.none, wf.some',
        'wf.loop(1:1): Pod Failed (main: Error (exit code 1)) -> wf.none, wf.some',
        'wf.loop(2:2): Pod Succeeded -> wf.none, wf.some',
        'wf.none: Skipped Omitted (omitted: depends condition not met)',
        'wf.some: Pod Succeeded',
      ].map((line) => (line.startsWith('wf: ') ? 'wf: DAG Failed -> wf.loop' : line)),
    );
  });

  it('passes outputs of earlier tasks and lists of a loop to later ones', () => {
    const given: unknown[] = [];
    const arg = {
      inputs: { parameters: [{ name: 'm' }] },
      container: { image: 'x', args: ['{{inputs.parameters.m}}'] },
    };
    const simulation = new WorkflowSimulation(
      workflow([
        dag([
          task('gen'),
          task('loop', {
            template: 'e',
            withParam: '{{tasks.gen.outputs.result}}',
            dependencies: ['gen'],
            arguments: { parameters: [{ name: 'm', value: '{{item}}' }] },
          }),
          task('sum', {
            template: 'e',
            dependencies: ['loop'],
            arguments: { parameters: [{ name: 'm', value: '{{tasks.loop.outputs.parameters.o}}' }] },
          }),
        ]),
        container('c'),
        container('e', { ...arg, outputs: { parameters: [{ name: 'o', valueFrom: { path: '/o' } }] } }),
      ]),
      (pod) => {
        given.push(pod.template.container?.args?.[0]);
        return { result: '["x","y"]', parameters: { o: `${pod.template.container?.args?.[0]}!` } };
      },
    );
    expect(simulation.run()).toBe('Succeeded');
    expect(given.slice(1)).toEqual(['x', 'y', '["x!","y!"]']);
  });

  it('becomes Error with the reason when a condition names no task', () => {
    const simulation = new WorkflowSimulation(workflow([dag([task('a', { depends: 'ghost' })]), container('c')]));
    simulation.rules = { validate: false };
    simulation.run();
    expect(simulation.state.status.phase).toBe('Error');
    expect(simulation.message).toContain("task 'a' depends on unknown task 'ghost'");
  });

  it('offers every task a place before it judges, so that failFast does not stop an independent branch', () => {
    const tasks = [task('a'), task('b')];
    const limited = (failFast?: boolean): WorkflowSimulation => {
      const template = { ...dag(tasks, failFast === undefined ? {} : { failFast }), parallelism: 1 };
      const simulation = new WorkflowSimulation(workflow([template, container('c')]), fails('a'));
      simulation.run();
      return simulation;
    };
    expect(phases(limited(false))).toEqual({ wf: 'Failed', a: 'Failed', b: 'Succeeded' });
    expect(phases(limited())).toEqual({ wf: 'Failed', a: 'Failed', b: 'Succeeded' });
  });
});
