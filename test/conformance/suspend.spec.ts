import { hangs, succeeds } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

const approval = (outputs = '', suspend = '{}', inputs = ''): string => `
  main: { steps: [[{ name: ask, template: ask }], [{ name: go, template: c }]] }
  ask: { suspend: ${suspend}${inputs && `, inputs: { parameters: [${inputs}] }`}${outputs && `, outputs: { parameters: [${outputs}] }`} }`;

describe('a suspend template', () => {
  it('waits for a person; resuming it ends it', () => {
    const run = play(approval());
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Running -> [0]
        [0]: StepGroup Running -> [0].ask
        [0].ask: Suspend Running`),
    );
    expect(run.resume().finish().phase).toBe('Succeeded');
    expect(run.node('ask')).toMatchObject({ phase: 'Succeeded', message: '' });
  });

  it('offers the choices that an input holds', () => {
    const run = play(approval('', '{}', `{ name: a, value: '{"enum": ["one", "two"]}' }, { name: b, value: "{" }`));
    const [asked] = Object.values(run.workflow.status?.nodes ?? {}).filter(({ type }) => type === 'Suspend');
    expect(asked?.inputs?.parameters).toEqual([
      { name: 'a', value: '{"enum": ["one", "two"]}', enum: ['one', 'two'], default: 'one' },
      { name: 'b', value: '{' },
    ]);
  });

  it('takes the first of the choices when nobody chose', () => {
    const output = '{ name: a, valueFrom: { supplied: {} } }';
    const run = play(approval(output, '{ duration: 5 }', `{ name: a, value: '{"enum": ["one", "two"]}' }`));
    expect(run.node('ask').outputs.parameters).toEqual({ a: 'one' });
  });

  it('who resumed is told', () => {
    expect(play(approval()).resume({ by: 'map[User:ann]' }).node('ask').message).toBe('Resumed by: map[User:ann]');
  });

  it.each([
    ['duration: 10', 10],
    ['duration: "10"', 10],
    ['duration: 1m30s', 90],
    ['duration: "{{workflow.parameters.d}}"', 7],
  ])('%s ends by itself after %i s', (duration, seconds) => {
    const run = play(approval('', `{ ${duration} }`), {}, { parameters: { d: 7 } });
    expect(run.node('ask').finishedAfter).toBe(seconds);
    expect(run.phase).toBe('Succeeded');
  });

  it('with a duration that is none is an error, not for ever', () => {
    const run = play(approval('', "{ duration: '{{workflow.parameters.d}}' }"), {}, { parameters: { d: '3 days' } });
    const message = 'unable to parse 3 days as a duration: time: unknown unit " days" in duration "3 days"';
    expect(run.node('ask')).toMatchObject({ phase: 'Error', message });
    expect(run.phase).toBe('Failed');
  });

  it('may be resumed before its duration is over', () => {
    const run = begin(approval('', '{ duration: 1h }')).at('5s').resume().finish();
    expect(run.node('ask').finishedAfter).toBe(5);
  });

  it('of a DAG suspends its branch only', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: ask, template: wait }, { name: a, template: c, depends: ask }, { name: b, template: c }] } }`,
    );
    expect(phases(run)).toEqual({ ask: 'Running', b: 'Succeeded' });
    expect(phases(run.resume().finish())).toEqual({ a: 'Succeeded', ask: 'Succeeded', b: 'Succeeded' });
  });

  it('counts in the progress of the run', () => {
    const run = play(approval());
    expect(run.progress).toBe('0/1');
    expect(run.resume().finish().progress).toBe('2/2');
  });

  it('as the entry is the root itself', () => {
    const run = play('main: { suspend: {} }');
    expect(run.tree).toEqual(['wf: Suspend Running']);
    expect(run.resume().finish().phase).toBe('Succeeded');
  });
});

describe('supplied outputs', () => {
  const v = '{ name: v, valueFrom: { supplied: {} } }';

  it('are there from the beginning, without values', () => {
    expect(play(approval(v)).node('ask').status.outputs).toEqual({
      parameters: [{ name: 'v', valueFrom: { supplied: {} } }],
    });
  });

  it('with a globalName become outputs of the workflow', () => {
    const run = play(approval('{ name: v, globalName: answer, valueFrom: { supplied: {} } }'));
    run
      .setNode('displayName=ask', { outputParameters: { v: '42' } })
      .resume()
      .finish();
    expect(run.outputs.parameters).toEqual({ answer: '42' });
  });

  it('are set by a person, then stand as values', () => {
    const run = play(approval(v)).setNode('displayName=ask', { outputParameters: { v: '1' } });
    expect(run.node('ask').status.outputs).toEqual({ parameters: [{ name: 'v', value: '1' }] });
    expect(run.node('ask').phase).toBe('Running');
    expect(run.resume().finish().phase).toBe('Succeeded');
  });

  it('without a value or default the node cannot be resumed', () => {
    expect(() => play(approval(v)).resume()).toThrow(
      "raw output parameter 'v' has not been set and does not have a default value",
    );
  });

  it('take their default when resumed', () => {
    const run = play(approval('{ name: v, valueFrom: { supplied: {}, default: d } }')).resume().finish();
    expect(run.node('ask').outputs.parameters).toEqual({ v: 'd' });
  });

  it('take their default when the time is over, and are an error without one', () => {
    const withDefault = play(approval('{ name: v, valueFrom: { supplied: {}, default: d } }', '{ duration: 5 }'));
    expect(withDefault.node('ask').outputs.parameters).toEqual({ v: 'd' });
    const without = play(approval(v, '{ duration: 5 }'));
    expect(without.node('ask')).toMatchObject({
      phase: 'Error',
      message: "raw output parameter 'v' has not been set and does not have a default value",
    });
  });

  it.each([
    [{ outputParameters: { other: '1' } }, "node is not expecting output parameter 'other'"],
    [
      { outputParameters: { v: '1' } },
      "cannot set output parameter 'v' because it does not use valueFrom.raw or it was already set",
    ],
  ])('%j: what cannot be set is refused', (change, message) => {
    const run = play(approval(v)).setNode('displayName=ask', { outputParameters: { v: '0' } });
    expect(() => run.setNode('displayName=ask', change)).toThrow(message);
  });

  it('of a node that has none cannot be set', () => {
    expect(() => play(approval()).setNode('displayName=ask', { outputParameters: { v: '1' } })).toThrow(
      'cannot set output parameters because node is not expecting any raw parameters',
    );
  });
});

describe('node set', () => {
  it.each(['Succeeded', 'Failed', 'Error', 'Skipped'] as const)('phase %s ends the node', (phase) => {
    const run = play(approval()).setNode('displayName=ask', { phase, message: 'so be it' }).finish();
    expect(run.node('ask')).toMatchObject({ phase, message: 'so be it', finishedAfter: 0 });
    expect(run.phase).toBe(phase === 'Failed' || phase === 'Error' ? 'Failed' : 'Succeeded');
  });

  it('a message alone leaves it running', () => {
    const run = play(approval()).setNode('displayName=ask', { message: 'ann looks at it' });
    expect(run.node('ask')).toMatchObject({ phase: 'Running', message: 'ann looks at it' });
  });

  it.each([
    ['displayName=ask'],
    ['name=wf[0].ask'],
    ['templateName=ask'],
    ['phase=Running'],
    ['displayName=ask,phase=Running'],
    ['displayName!=go'],
    ['inputs.parameters.who.value=ann'],
  ])('selector %s', (selector) => {
    const run = play(approval('', '{}', '{ name: who, value: ann }'));
    expect(run.setNode(selector, { phase: 'Succeeded' }).finish().phase).toBe('Succeeded');
  });

  it.each(['displayName=nobody', 'phase=Failed', 'displayName=ask,phase!=Running'])(
    'selector %s finds nothing',
    (selector) => {
      expect(() => play(approval()).setNode(selector, { phase: 'Succeeded' })).toThrow(selector);
    },
  );

  it('a selector that is none is refused', () => {
    expect(() => play(approval()).setNode('colour=red', { phase: 'Succeeded' })).toThrow(/colour/);
    expect(() => play(approval()).setNode('ask', { phase: 'Succeeded' })).toThrow(/ask/);
  });
});

describe('resume', () => {
  const two = 'main: { steps: [[{ name: a, template: wait }, { name: b, template: wait }]] }';

  it('without a selector resumes everything', () => {
    expect(play(two).resume().finish().phase).toBe('Succeeded');
  });

  it('with a selector resumes what it selects', () => {
    const run = play(two).resume({ node: 'displayName=a' });
    expect(phases(run)).toEqual({ a: 'Succeeded', b: 'Running' });
  });

  it('of a run that is not suspended is refused', () => {
    expect(() => begin('main: { container: { image: x } }').resume()).toThrow('workflow wf is not suspended');
    expect(() => play('main: { container: { image: x } }').resume()).toThrow('workflow wf is already Succeeded');
  });
});

describe('a suspended run', () => {
  const steps = 'main: { steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }';

  it('starts nothing new; what runs goes on and is noticed', () => {
    const run = begin(steps).at('1s').suspend().at('1m');
    expect(phases(run)).toEqual({ a: 'Succeeded' });
    expect(run.phase).toBe('Running');
    expect(run.resume().finish().phase).toBe('Succeeded');
    expect(run.node('b').startedAfter).toBe(60);
  });

  it('may be submitted suspended', () => {
    const run = play(steps, {}, { spec: 'suspend: true' });
    expect(run.tree).toEqual([]);
    expect(run.resume().finish().phase).toBe('Succeeded');
  });

  it('still counts towards its deadline', () => {
    const run = begin(steps, { a: hangs() }, { spec: 'activeDeadlineSeconds: 30' }).at('5s').suspend().at('40s');
    expect(phases(run)).toEqual({ a: 'Failed' });
    expect(run.node('a').message).toBe('Step exceeded its deadline');
  });

  it('resuming it resumes its suspended nodes too', () => {
    const run = begin('main: { steps: [[{ name: a, template: wait }], [{ name: b, template: c }]] }').suspend();
    expect(run.resume().finish().phase).toBe('Succeeded');
  });
});

describe('stop', () => {
  const templates = `
    main: { steps: [[{ name: a, template: c }, { name: w, template: wait }], [{ name: b, template: c }]] }`;

  it('ends running pods and suspended nodes, and fails the run', () => {
    const run = begin(templates, { a: hangs() }).at('5s').stop().finish();
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Failed (child '[0].a' failed) -> [0]
        [0]: StepGroup Failed (child '[0].a' failed) -> [0].a, [0].w
        [0].a: Pod Failed (workflow shutdown with strategy:  Stop)
        [0].w: Suspend Failed (Stopped with strategy 'Stop')`),
    );
    expect(run.phase).toBe('Failed');
    expect(run.message).toBe("Stopped with strategy 'Stop'");
  });

  it('also ends pods that are Pending', () => {
    const run = begin(templates, { a: succeeds({ pending: '1h' }) })
      .at('5s')
      .stop()
      .finish();
    expect(run.node('a')).toMatchObject({ phase: 'Failed', message: 'workflow shutdown with strategy:  Stop' });
  });

  it('fails a DAG, whatever its tasks were', () => {
    const run = begin('main: { dag: { tasks: [{ name: a, template: c }, { name: b, template: c }] } }', { b: hangs() });
    run.at('5s').stop().finish();
    expect(phases(run)).toEqual({ a: 'Succeeded', b: 'Failed' });
    expect(run.node('wf').phase).toBe('Failed');
  });

  it('with a selector fails the suspended nodes it selects', () => {
    const run = play(templates).stop({ node: 'displayName=w', message: 'no' }).finish();
    expect(run.node('w')).toMatchObject({ phase: 'Failed', message: 'no' });
    expect(run.message).toBe(`child '${run.node('w').id}' failed`);
  });

  it('of a run that is over is refused', () => {
    expect(() => play('main: { container: { image: x } }').stop()).toThrow('workflow wf is already Succeeded');
  });

  it('a run whose work was done when the stop came succeeded', () => {
    const run = begin('main: { container: { image: x } }', { c: succeeds({ runs: '1m' }) }, { spec: 'onExit: c' });
    expect(run.at('10s').stop().finish().phase).toBe('Succeeded');
  });

  it('in the spec from the beginning: nothing runs', () => {
    const run = play('main: { container: { image: x } }', {}, { spec: 'shutdown: Terminate' });
    expect(run.phase).toBe('Failed');
    expect(run.pods).toEqual([]);
  });
});

describe('terminate', () => {
  it('ends everything, exit handlers included', () => {
    const run = begin('main: { container: { image: x } }', { main: hangs() }, { spec: 'onExit: c' }).at('5s');
    run.terminate().finish();
    expect(run.tree).toEqual(['wf: Pod Failed (workflow shutdown with strategy:  Terminate)']);
    expect(run.message).toBe("Stopped with strategy 'Terminate'");
  });
});

it('what a person supplied reaches the steps after it', () => {
  const run = play(`
    main:
      steps:
        - [{ name: ask, template: ask }]
        - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.ask.outputs.parameters.v}} {{steps.ask.status}}" }] } }]
    ask: { suspend: {}, outputs: { parameters: [{ name: v, valueFrom: { supplied: {} } }] } }`);
  run.setNode('displayName=ask', { outputParameters: { v: 'yes' }, phase: 'Succeeded' }).finish();
  expect(said(run).t).toBe('yes Succeeded');
});
