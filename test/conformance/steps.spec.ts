import { errors, fails, succeeds } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

describe('steps', () => {
  it('run group after group; a group hangs below the last nodes of the one before', () => {
    const run = play(`
      main:
        steps:
          - [{ name: a, template: c }]
          - [{ name: b, template: c }, { name: d, template: c }]
          - [{ name: e, template: c }]`);
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a
        [0].a: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].b, [1].d
        [1].b: Pod Succeeded -> [2]
        [1].d: Pod Succeeded -> [2]
        [2]: StepGroup Succeeded -> [2].e
        [2].e: Pod Succeeded`),
    );
    expect(run.phase).toBe('Succeeded');
    expect(run.message).toBe('');
  });

  it('of a group start together, and the next group after the last of them', () => {
    const run = play(
      `main: { steps: [[{ name: a, template: c }, { name: b, template: c }], [{ name: d, template: c }]] }`,
      { a: succeeds({ runs: '1m' }) },
    );
    expect(['a', 'b', 'd'].map((name) => run.node(name).startedAfter)).toEqual([0, 0, 61]);
    expect(run.mostPodsAtOnce).toBe(2);
  });

  it('nest: what follows a nested one hangs below its last nodes', () => {
    const run = play(`
      main:
        steps:
          - [{ name: in, template: two }]
          - [{ name: after, template: c }]
      two:
        steps:
          - [{ name: a, template: c }]
          - [{ name: b, template: c }, { name: d, template: c }]`);
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].in
        [0].in: Steps Succeeded -> [0].in[0]
        [0].in[0]: StepGroup Succeeded -> [0].in[0].a
        [0].in[0].a: Pod Succeeded -> [0].in[1]
        [0].in[1]: StepGroup Succeeded -> [0].in[1].b, [0].in[1].d
        [0].in[1].b: Pod Succeeded -> [1]
        [0].in[1].d: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].after
        [1].after: Pod Succeeded`),
    );
  });

  it('a failed step fails its group, its template and the workflow, and nothing after it starts', () => {
    const run = play(`main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }`, { a: fails() });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Failed (child '[0].a' failed) -> [0]
        [0]: StepGroup Failed (child '[0].a' failed) -> [0].a
        [0].a: Pod Failed (main: Error (exit code 1))`),
    );
    expect(run.phase).toBe('Failed');
    expect(run.message).toBe(`child '${run.node('a').id}' failed`);
  });

  it('a step in Error makes its group Failed too: only its own phase tells the difference', () => {
    const run = play(`main: { steps: [[{ name: a, template: c }]] }`, { a: errors({ message: 'no node' }) });
    expect(run.node('a')).toMatchObject({ phase: 'Error', message: 'no node' });
    expect(run.node('[0]').phase).toBe('Failed');
    expect(run.phase).toBe('Failed');
  });

  it('siblings of a failed step run to their end before the group fails', () => {
    const run = play(`main: { steps: [[{ name: a, template: c }, { name: b, template: c }]] }`, {
      a: fails(),
      b: succeeds({ runs: '1m' }),
    });
    expect(run.node('b')).toMatchObject({ phase: 'Succeeded', finishedAfter: 61 });
    expect(run.node('[0]').finishedAfter).toBe(61);
  });

  it('the first failed child in the order of the template is the one that is named', () => {
    const run = play(`main: { steps: [[{ name: a, template: c }, { name: b, template: c }]] }`, {
      a: fails({ runs: '9s' }),
      b: fails(),
    });
    expect(run.tree[0]).toBe("wf: Steps Failed (child '[0].a' failed) -> [0]");
  });

  it.each([
    ['failed', 'Failed', fails(), 'Succeeded'],
    ['failed', 'Error', errors(), 'Failed'],
    ['error', 'Error', errors(), 'Succeeded'],
    ['error', 'Failed', fails(), 'Failed'],
  ])('continueOn.%s, with a step that is %s', (on, phase, outcome, expected) => {
    const run = play(
      `main: { steps: [[{ name: a, template: c, continueOn: { ${on}: true } }], [{ name: b, template: c }]] }`,
      { a: outcome },
    );
    expect(run.node('a').phase).toBe(phase);
    expect(run.phase).toBe(expected);
    expect(run.nodes.some(({ displayName }) => displayName === 'b')).toBe(expected === 'Succeeded');
  });

  it('continueOn of a nested template forgives all that happened inside', () => {
    const run = play(
      `
      main: { steps: [[{ name: in, template: one, continueOn: { failed: true } }], [{ name: b, template: c }]] }
      one: { steps: [[{ name: a, template: c }]] }`,
      { a: fails() },
    );
    expect(phases(run)).toEqual({ a: 'Failed', b: 'Succeeded' });
    expect(run.node('in').phase).toBe('Failed');
    expect(run.phase).toBe('Succeeded');
  });

  it('without any group they succeed at once', () => {
    const run = play(`main: { steps: [] }`, {}, { validate: false });
    expect(run.tree).toEqual(['wf: Steps Succeeded']);
    expect(run.phase).toBe('Succeeded');
  });

  it('an empty group is passed over', () => {
    const run = play(`main: { steps: [[], [{ name: a, template: c }]] }`, {}, { validate: false });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].a
        [1].a: Pod Succeeded`),
    );
  });

  it('hand the outputs of earlier groups on, not those of their own group', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: out }]
          - - { name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}}" }] } }`,
      { a: succeeds({ parameters: { v: '42' } }) },
    );
    expect(said(run).b).toBe('42');
  });

  it('outputs of the template come from its steps, once they all succeeded', () => {
    const run = play(
      `
      main:
        steps: [[{ name: a, template: out }]]
        outputs:
          parameters:
            - { name: p, valueFrom: { parameter: "{{steps.a.outputs.parameters.v}}" } }
            - { name: e, valueFrom: { expression: "asInt(steps.a.outputs.parameters.v) * 2" } }
            - { name: d, valueFrom: { parameter: "{{steps.a.outputs.result}}", default: none } }`,
      { a: succeeds({ parameters: { v: '21' } }) },
    );
    expect(run.node('wf').outputs.parameters).toEqual({ p: '21', e: '42', d: 'none' });
  });

  it('an output that cannot be told makes the template Error, and the workflow with it', () => {
    const run = play(
      `
      main:
        steps: [[{ name: a, template: out }]]
        outputs: { parameters: [{ name: p, valueFrom: { parameter: "{{steps.a.outputs.parameters.v}}" } }] }`,
      {},
    );
    expect(run.node('wf')).toMatchObject({
      phase: 'Error',
      message: 'Unable to resolve: "steps.a.outputs.parameters.v"',
    });
    expect(run.phase).toBe('Error');
    expect(run.message).toBe('error in entry template execution: Unable to resolve: "steps.a.outputs.parameters.v"');
  });

  it('an output has to say where it comes from: a plain value is an Error', () => {
    const run = play(`
      main: { steps: [[{ name: a, template: c }]], outputs: { parameters: [{ name: p, value: "{{steps.a.status}}" }] } }`);
    expect(run.node('wf')).toMatchObject({
      phase: 'Error',
      message: 'output parameters must have a valueFrom specified',
    });
  });

  it('an output whose expression is nil makes the template Error', () => {
    const output = '{ name: p, valueFrom: { expression: nil } }';
    const run = play(`main: { steps: [[{ name: a, template: c }]], outputs: { parameters: [${output}] } }`);
    expect(run.node('wf')).toMatchObject({ phase: 'Error', message: 'expression evaluated to nil' });
  });

  it('a step of a template that is not there is Skipped in Error, and its group is Error', () => {
    const run = play(`main: { steps: [[{ name: a, template: nowhere }]] }`, {}, { validate: false });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Failed (step group deemed errored due to child wf[0].a error: template nowhere not found) -> [0]
        [0]: StepGroup Error (step group deemed errored due to child wf[0].a error: template nowhere not found) -> [0].a
        [0].a: Skipped Error (template nowhere not found)`),
    );
    expect(run.phase).toBe('Failed');
  });

  it('after a step that cannot be made no other of its group is; what began before it is waited for', () => {
    const group = '[{ name: a, template: c }, { name: b, template: nowhere }, { name: d, template: c }]';
    const run = begin(`main: { steps: [${group}, [{ name: e, template: c }]] }`, {}, { validate: false });
    expect(run.at('1s').restart().phase).toBe('Running');
    expect(run.finish().tree).toEqual(
      lines(`
        wf: Steps Failed (step group deemed errored due to child wf[0].b error: template nowhere not found) -> [0]
        [0]: StepGroup Error (step group deemed errored due to child wf[0].b error: template nowhere not found) -> [0].a, [0].b
        [0].a: Pod Succeeded
        [0].b: Skipped Error (template nowhere not found)`),
    );
  });

  it('that holds for items too, whether they wait for a place or not', () => {
    const loop = "{ name: l, templateRef: { name: lib, template: 'c{{item}}' }, withItems: [1, 2, 3] }";
    const library = { lib: '{ c1: { container: { image: x } }, c3: { container: { image: x } } }' };
    for (const more of ['', 'parallelism: 1,']) {
      const run = play(`main: { ${more} steps: [[${loop}]] }`, {}, { library, validate: false });
      expect(phases(run)).toEqual({ 'l(0:1)': 'Succeeded', 'l(1:2)': 'Error' });
      expect(run.phase).toBe('Failed');
    }
  });

  it('outboundNodes are those of the last group', () => {
    const run = play(
      `main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }, { name: d, template: c }]] }`,
    );
    expect(run.node('wf').status.outboundNodes).toEqual([run.node('b').id, run.node('d').id]);
  });

  it('a skipped step is a last node too', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, when: "1 == 2" }], [{ name: b, template: c }]] }`);
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a
        [0].a: Skipped Skipped (when '1 == 2' evaluated false) -> [1]
        [1]: StepGroup Succeeded -> [1].b
        [1].b: Pod Succeeded`),
    );
  });

  it('a run goes on where it was when the controller restarts', () => {
    const run = begin(`main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }`).at('3s').restart();
    expect(run.finish().phase).toBe('Succeeded');
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['a', 'b']);
  });
});
