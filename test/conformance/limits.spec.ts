import { attempts, fails, hangs, succeeds } from '@argosy/sdk/testing';
import type { SimulatedRun } from '@argosy/sdk/testing';
import { begin, lines, phases, play } from './play.js';

const at = (seconds: number): number => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
const deadlines = (run: SimulatedRun): (number | null)[] =>
  run.pods.map(({ deadline }) => (deadline === null ? null : (deadline - at(0)) / 1000));

describe('activeDeadlineSeconds of the workflow', () => {
  const spec = 'activeDeadlineSeconds: 60';

  it('fails what is open when it comes, pods and suspended nodes alike', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c }, { name: w, template: wait }, { name: p, template: d }], [{ name: b, template: c }]] }',
      { a: hangs(), p: succeeds({ pending: '1h' }) },
      { spec },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Failed (child '[0].a' failed) -> [0]
        [0]: StepGroup Failed (child '[0].a' failed) -> [0].a, [0].w, [0].p
        [0].a: Pod Failed (Step exceeded its deadline)
        [0].p: Pod Failed (Step exceeded its deadline)
        [0].w: Suspend Failed (Step exceeded its deadline)`),
    );
    expect(run.elapsed).toBe(60);
    expect(run.phase).toBe('Failed');
  });

  it('is the deadline of every pod', () => {
    const run = play('main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }', {}, { spec });
    expect(deadlines(run)).toEqual([60, 60]);
  });

  it('of 0 ends the run at once', () => {
    const run = play('main: { container: { image: x } }', {}, { spec: 'activeDeadlineSeconds: 0' });
    expect(run.phase).toBe('Failed');
    expect(run.elapsed).toBe(0);
  });

  it('that does not come changes nothing', () => {
    expect(play('main: { container: { image: x } }', {}, { spec }).phase).toBe('Succeeded');
  });
});

describe('limits of a template', () => {
  const limited = 'main: { activeDeadlineSeconds: 30, container: { image: x } }';

  it('activeDeadlineSeconds ends the pod', () => {
    const run = play(limited, { main: hangs() });
    const message = 'Pod was active on the node longer than the specified deadline';
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message, finishedAfter: 30 });
    expect(play(limited, { main: succeeds({ runs: '28s' }) }).phase).toBe('Succeeded');
  });

  it('activeDeadlineSeconds counts from the start of the pod, not from that of the node', () => {
    const run = begin(limited, { main: succeeds({ pending: '20s', runs: '5s' }) }).at('10s');
    run.losePod('wf').finish();
    expect(run.node('wf')).toMatchObject({ phase: 'Succeeded', finishedAfter: 35 });
  });

  it('activeDeadlineSeconds may be a tag', () => {
    const run = play(
      'main: { inputs: { parameters: [{ name: s, default: "15" }] }, activeDeadlineSeconds: "{{inputs.parameters.s}}", container: { image: x } }',
      { main: hangs() },
    );
    expect(run.elapsed).toBe(15);
  });

  it('timeout counts from the start of the node, Pending or not', () => {
    const run = play('main: { timeout: 30s, container: { image: x } }', { main: succeeds({ pending: '1h' }) });
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: 'timeout', finishedAfter: 30 });
  });

  it('timeout goes into the pod as its deadline', () => {
    expect(deadlines(play('main: { timeout: 30s, container: { image: x } }'))).toEqual([30]);
  });

  it('timeout that is in time changes nothing', () => {
    const run = play('main: { timeout: 1m, container: { image: x } }', { main: succeeds({ runs: '50s' }) });
    expect(run.phase).toBe('Succeeded');
  });

  it('timeout of a retried template counts for each attempt', () => {
    const run = play('main: { timeout: 10s, retryStrategy: { limit: 1 }, container: { image: x } }', {
      main: attempts(succeeds({ pending: '1h' }), succeeds()),
    });
    expect(run.tree).toEqual(
      lines(`
        wf: Retry Succeeded -> (0), (1)
        (0): Pod Failed (timeout)
        (1): Pod Succeeded`),
    );
  });

  it('pendingTimeout only counts while the pod is Pending', () => {
    const main = 'main: { pendingTimeout: 30s, container: { image: x } }';
    const late = play(main, { main: succeeds({ pending: '1m' }) });
    expect(late.node('wf')).toMatchObject({ phase: 'Failed', message: 'timeout', finishedAfter: 30 });
    expect(play(main, { main: succeeds({ pending: '20s', runs: '1h' }) }).phase).toBe('Succeeded');
  });

  it.each(['timeout', 'pendingTimeout'])('a %s that is no duration is an error: nothing runs without it', (field) => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: t }]] }
      t: { ${field}: '{{workflow.parameters.d}}', container: { image: x } }`,
      {},
      { parameters: { d: 'soon' } },
    );
    const message = `invalid ${field} format. time: invalid duration "soon"`;
    expect(run.node('a')).toMatchObject({ phase: 'Error', message });
    expect([run.phase, run.pods]).toEqual(['Failed', []]);
  });

  it('a timeout of steps is refused: it is for leaves', () => {
    expect(() => play('main: { timeout: 10s, steps: [[{ name: a, template: c }]] }')).toThrow(/timeout/);
    expect(() => play('main: { timeout: soon, container: { image: x } }')).toThrow(/timeout/);
  });
});

describe('parallelism', () => {
  const loop = (rest = ''): string =>
    `main: { ${rest}steps: [[{ name: a, template: c, withSequence: { count: 5 } }]] }`;

  it.each([1, 2, 3])('of the workflow: never more than %i pods at once', (limit) => {
    const run = play(loop(), {}, { spec: `parallelism: ${limit}` });
    expect(run.mostPodsAtOnce).toBe(limit);
    expect(run.phase).toBe('Succeeded');
  });

  it('items start in their order', () => {
    const run = play(loop(), {}, { spec: 'parallelism: 1' });
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['a(0:0)', 'a(1:1)', 'a(2:2)', 'a(3:3)', 'a(4:4)']);
  });

  it('of 0 is no limit in a template', () => {
    expect(play(loop('parallelism: 0, ')).mostPodsAtOnce).toBe(5);
  });

  it('of a template counts what is directly inside it', () => {
    expect(play(loop('parallelism: 2, ')).mostPodsAtOnce).toBe(2);
    const nested = play(`
      main: { parallelism: 2, steps: [[{ name: in, template: two, withItems: [1, 2, 3] }]] }
      two: { steps: [[{ name: a, template: c }, { name: b, template: c }]] }`);
    expect(nested.mostPodsAtOnce).toBe(4);
  });

  it('of a DAG template', () => {
    const run = play(
      'main: { parallelism: 1, dag: { tasks: [{ name: a, template: c }, { name: b, template: c }, { name: d, template: c }] } }',
    );
    expect(run.mostPodsAtOnce).toBe(1);
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['a', 'b', 'd']);
  });

  it('of a DAG template: target by target, each task right after what it depends on', () => {
    const run = play(`main: { parallelism: 1, dag: { tasks: [
      { name: b, template: c }, { name: a, template: c, dependencies: [z] }, { name: z, template: c }] } }`);
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['z', 'a', 'b']);
  });

  it('of a DAG template counts a whole loop against one limit', () => {
    const run = play(
      'main: { parallelism: 2, dag: { tasks: [{ name: a, template: c, withSequence: { count: 4 } }, { name: b, template: c }] } }',
    );
    expect(run.mostPodsAtOnce).toBe(2);
    expect(run.phase).toBe('Succeeded');
  });

  it('both limits hold at once', () => {
    const run = play(
      `
      main: { steps: [[{ name: x, template: t }, { name: y, template: t }]] }
      t: { parallelism: 2, steps: [[{ name: a, template: c, withSequence: { count: 3 } }]] }`,
      {},
      { spec: 'parallelism: 3' },
    );
    expect(run.mostPodsAtOnce).toBe(3);
    expect(run.phase).toBe('Succeeded');
  });

  it('a suspended node takes no place', () => {
    const run = play(
      'main: { steps: [[{ name: w, template: wait }, { name: a, template: c }]] }',
      {},
      {
        spec: 'parallelism: 1',
      },
    );
    expect(phases(run)).toEqual({ a: 'Succeeded', w: 'Running' });
  });

  it('retried steps give their place back while they wait', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: r }, { name: b, template: c }]] }
      r: { retryStrategy: { limit: 1, backoff: { duration: 1m } }, container: { image: x } }`,
      { a: attempts(fails(), succeeds()) },
      { spec: 'parallelism: 1' },
    );
    expect(run.node('b').finishedAfter).toBeLessThan(60);
    expect(run.mostPodsAtOnce).toBe(1);
  });

  it('holds over a restart', () => {
    const run = begin(loop(), {}, { spec: 'parallelism: 2' }).at('3s').restart().finish();
    expect(run.mostPodsAtOnce).toBe(2);
    expect(run.pods).toHaveLength(5);
  });

  it('of a leaf is refused', () => {
    expect(() => play('main: { parallelism: 1, container: { image: x } }')).toThrow(/parallelism/);
  });
});

describe('failFast of a template', () => {
  it('after a failed child nothing new starts, and the template fails when the rest is over', () => {
    const run = play(
      'main: { failFast: true, parallelism: 1, steps: [[{ name: a, template: c, withSequence: { count: 5 } }]] }',
      { 'a(1:1)': fails() },
    );
    expect(phases(run)).toEqual({ 'a(0:0)': 'Succeeded', 'a(1:1)': 'Failed' });
    expect(run.node('wf').message).toBe('template has failed or errored children and failFast enabled');
    expect(run.node('[0]')).toMatchObject({
      phase: 'Failed',
      message: 'template has failed or errored children and failFast enabled',
    });
  });

  it('is off unless asked for', () => {
    const run = play('main: { parallelism: 1, steps: [[{ name: a, template: c, withSequence: { count: 3 } }]] }', {
      'a(0:0)': fails(),
    });
    expect(run.pods).toHaveLength(3);
  });

  it('lets what runs come to its end', () => {
    const run = play(
      'main: { failFast: true, parallelism: 2, steps: [[{ name: a, template: c, withSequence: { count: 4 } }]] }',
      { 'a(0:0)': fails(), 'a(1:1)': succeeds({ runs: '1m' }) },
    );
    expect(phases(run)).toEqual({ 'a(0:0)': 'Failed', 'a(1:1)': 'Succeeded' });
    expect(run.elapsed).toBe(61);
  });

  it.each([
    ['steps: [[{ name: a, template: c }, { name: b, template: c, continueOn: { failed: true } }]]', ['[0]', 'wf']],
    ['dag: { tasks: [{ name: a, template: c }, { name: b, template: c, continueOn: { failed: true } }] }', ['wf']],
    ['dag: { tasks: [{ name: b, template: c, withItems: [1, 2], continueOn: { failed: true } }] }', ['wf']],
  ])('is told when nothing was left to start, whatever the step may do: %s', (body, nodes) => {
    const run = play(`main: { failFast: true, ${body} }`, { b: fails() });
    expect(run.message).toBe('template has failed or errored children and failFast enabled');
    expect(nodes.map((node) => run.node(node).phase)).toEqual(nodes.map(() => 'Failed'));
  });

  it('leaves what fails with its children to the step that calls it', () => {
    const nested = (more: string): string =>
      `main: { failFast: true, steps: [[{ name: a, template: in${more} }]] }\nin: { steps: [[{ name: b, template: c }]] }`;
    const failed = play(nested(''), { b: fails() });
    expect(failed.message).toBe(`child '${failed.node('[0].a').id}' failed`);
    expect(play(nested(', continueOn: { failed: true }'), { b: fails() }).phase).toBe('Succeeded');
  });

  it('of a DAG', () => {
    const run = play(
      'main: { failFast: true, parallelism: 1, dag: { tasks: [{ name: a, template: c }, { name: b, template: c }] } }',
      { a: fails() },
    );
    expect(phases(run)).toEqual({ a: 'Failed' });
    expect(run.node('wf').message).toBe('template has failed or errored children and failFast enabled');
  });
});
