import { succeeds } from '@argosy/sdk/testing';
import { begin, play, said, saying } from './play.js';

const input = (parameter: string): string => `
  main: { steps: [[{ name: a, template: t }]] }
  t:
    inputs: { parameters: [${parameter}] }
    container: { image: x, args: ["{{inputs.parameters.p}}"] }`;

describe('an input', () => {
  it('takes the argument, else its own value or default', () => {
    const run = play(`
      main:
        steps:
          - - { name: a, template: t }
            - { name: b, template: t, arguments: { parameters: [{ name: p, value: given }] } }
            - { name: d, template: v }
            - { name: e, template: v, arguments: { parameters: [{ name: p, value: given }] } }
      t: { inputs: { parameters: [{ name: p, default: default }] }, container: { image: x, args: ["{{inputs.parameters.p}}"] } }
      v: { inputs: { parameters: [{ name: p, value: value }] }, container: { image: x, args: ["{{inputs.parameters.p}}"] } }`);
    expect(said(run)).toEqual({ a: 'default', b: 'given', d: 'value', e: 'given' });
  });

  it('an empty argument is an argument', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: t, arguments: { parameters: [{ name: p, value: "" }] } }]] }
      t: { inputs: { parameters: [{ name: p, default: d }] }, container: { image: x, args: ["{{inputs.parameters.p}}"] } }`,
    );
    expect(said(run).a).toBe('');
  });

  it('whose value is an expression has the outcome as its value', () => {
    const run = play(
      `
      main:
        inputs:
          parameters:
            - { name: temps, value: "{{= toJson(map([jsonpath(workflow.parameters.w, '$.temps')], { {max: sprig.max(#[0], #[1])} })[0]) }}" }
            - { name: of, default: "{{workflow.name}}" }
        container: { image: x, args: ["{{= jsonpath(inputs.parameters.temps, '$.max') }} {{inputs.parameters.of}}"] }`,
      {},
      { spec: `arguments: { parameters: [{ name: w, value: '{"temps": [3, 7]}' }] }` },
    );
    expect(said(run).wf).toBe('7 wf');
  });

  it('that is not supplied makes the call Error', () => {
    const run = play(input('{ name: p }'), {}, { validate: false });
    expect(run.node('a')).toMatchObject({
      type: 'Skipped',
      phase: 'Error',
      message: 'inputs.parameters.p was not supplied',
    });
    expect(run.node('[0]').message).toBe(
      'step group deemed errored due to child wf[0].a error: inputs.parameters.p was not supplied',
    );
  });

  it('of the entry that is not supplied is the error of the workflow', () => {
    const run = play(
      `main: { inputs: { parameters: [{ name: p }] }, container: { image: x } }`,
      {},
      { validate: false },
    );
    expect(run.phase).toBe('Error');
    expect(run.message).toBe('error in entry template execution: inputs.parameters.p was not supplied');
  });

  it('arguments of the workflow are arguments of the entry', () => {
    const run = play(
      `main: { inputs: { parameters: [{ name: p }] }, container: { image: x, args: ["{{inputs.parameters.p}}"] } }`,
      {},
      { parameters: { p: 'from the workflow' } },
    );
    expect(said(run).wf).toBe('from the workflow');
    expect(run.node('wf').inputs.parameters).toEqual({ p: 'from the workflow' });
  });

  it('comes from a ConfigMap', () => {
    const run = play(
      input('{ name: p, valueFrom: { configMapKeyRef: { name: settings, key: colour } } }'),
      {},
      { configMaps: { settings: { colour: 'red' } } },
    );
    expect(said(run).a).toBe('red');
  });

  it('comes from its default when the ConfigMap has no such key', () => {
    const run = play(
      input('{ name: p, valueFrom: { configMapKeyRef: { name: settings, key: colour }, default: blue } }'),
    );
    expect(said(run).a).toBe('blue');
  });

  it('makes the call Error when neither the key nor a default is there', () => {
    const run = play(input('{ name: p, valueFrom: { configMapKeyRef: { name: settings, key: colour } } }'));
    expect(run.node('a').message).toBe(
      "unable to retrieve inputs.parameters.p from ConfigMap: ConfigMap 'settings' does not have the key 'colour'",
    );
  });

  it('a ConfigMap key may be named by tags', () => {
    const run = play(
      input('{ name: p, valueFrom: { configMapKeyRef: { name: "{{workflow.name}}", key: colour } } }'),
      {},
      { configMaps: { wf: { colour: 'green' } } },
    );
    expect(said(run).a).toBe('green');
  });

  it('all of them together are a JSON list', () => {
    const run = play(`
      main: { steps: [[{ name: a, template: t, arguments: { parameters: [{ name: p, value: "1" }] } }]] }
      t: { inputs: { parameters: [{ name: p }, { name: q, default: x }] }, container: { image: x, args: ["{{inputs.parameters}}"] } }`);
    expect(JSON.parse(said(run).a ?? '')).toMatchObject([
      { name: 'p', value: '1' },
      { name: 'q', value: 'x' },
    ]);
  });

  it('passes through nested templates', () => {
    const run = play(
      `
      main:
        inputs: { parameters: [{ name: p }] }
        steps: [[{ name: in, template: mid, arguments: { parameters: [{ name: q, value: "{{inputs.parameters.p}}!" }] } }]]
      mid:
        inputs: { parameters: [{ name: q }] }
        dag: { tasks: [{ name: a, template: say, arguments: { parameters: [{ name: m, value: "<{{inputs.parameters.q}}>" }] } }] }`,
      {},
      { parameters: { p: 'x' } },
    );
    expect(said(run).a).toBe('<x!>');
  });

  it.each([
    ['a number', '3', '3'],
    ['a fraction', '1.50', '1.50'],
    ['a boolean', 'true', 'true'],
    ['a text', '"007"', '007'],
  ])('written as %s is a text', (_what, written, expected) => {
    const run = play(input(`{ name: p, default: ${written === '1.50' ? '"1.50"' : written} }`));
    expect(said(run).a).toBe(expected);
  });
});

describe('arguments of the workflow', () => {
  it('given at submission win over those in the manifest', () => {
    const spec = 'arguments: { parameters: [{ name: p, value: manifest }, { name: q, value: kept }] }';
    expect(saying('{{workflow.parameters.p}} {{workflow.parameters.q}}', { spec, parameters: { p: 'given' } })).toBe(
      'given kept',
    );
  });

  it('an enum refuses what is not in it', () => {
    const spec = 'arguments: { parameters: [{ name: p, value: c, enum: [a, b] }] }';
    expect(() => saying('{{workflow.parameters.p}}', { spec })).toThrow(/enum/);
    expect(saying('{{workflow.parameters.p}}', { spec: spec.replace('value: c', 'value: b') })).toBe('b');
  });

  it('one without a value is refused, before anything runs', () => {
    const spec = 'arguments: { parameters: [{ name: p }] }';
    expect(() => saying('{{workflow.parameters.p}}', { spec })).toThrow(/spec\.arguments\.parameters/);
  });

  it('come from a ConfigMap, or from the default beside it', () => {
    const from = (rest: string): string =>
      `arguments: { parameters: [{ name: p, valueFrom: { configMapKeyRef: { name: s, key: k }${rest} } }] }`;
    expect(saying('{{workflow.parameters.p}}', { spec: from(''), configMaps: { s: { k: 'v' } } })).toBe('v');
    expect(saying('{{workflow.parameters.p}}', { spec: from(', default: d') })).toBe('d');
  });

  it('a ConfigMap that is not there, without a default, fails the workflow', () => {
    const spec = 'arguments: { parameters: [{ name: p, valueFrom: { configMapKeyRef: { name: s, key: k } } }] }';
    const run = play('main: { container: { image: x } }', {}, { spec });
    expect(run.phase).toBe('Failed');
    expect(run.message).toBe(
      'failed to set global parameters: failed to set global parameter p from configmap with name s and key k: ' +
        "ConfigMap 's' does not have the key 'k'",
    );
    expect(run.tree).toEqual([]);
  });
});

describe('outputs of pods', () => {
  it('whose value is written in the template need nobody to report them', () => {
    const run = play(`
      main:
        steps:
          - [{ name: a, template: fixed }]
          - - name: b
              template: say
              arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.pod}} {{item}}" }] }
              withParam: "{{steps.a.outputs.parameters.list}}"
      fixed:
        container: { image: x }
        outputs: { parameters: [{ name: list, value: "[1]" }, { name: pod, value: "{{node.name}}", globalName: g }] }`);
    expect(said(run)).toMatchObject({ 'b(0:1)': 'wf[0].a 1' });
    expect(run.outputs.parameters).toEqual({ g: 'wf[0].a' });
  });

  it('a missing parameter takes its default: the executor says so; the engine hands on what came', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: out }]
          - [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}}" }] } }]`,
      { a: succeeds({ parameters: { v: '' } }) },
    );
    expect(said(run).b).toBe('');
  });

  it('an argument that names an output nobody gave makes the call Error, and says which', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: out }]
          - [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}}" }] } }]`,
    );
    expect(run.node('[1]').phase).toBe('Error');
    expect(run.node('[1]').message).toContain('{{steps.a.outputs.parameters.v}}');
    expect(said(run).b).toBeUndefined();
  });

  it('globalName makes an output one of the workflow', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: g }]
          - [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{workflow.outputs.parameters.shared}}" }] } }]
      g: { container: { image: x }, outputs: { parameters: [{ name: v, globalName: shared, valueFrom: { path: /v } }] } }`,
      { a: succeeds({ parameters: { v: '42' } }) },
    );
    expect(said(run).b).toBe('42');
    expect(run.outputs.parameters).toEqual({ shared: '42' });
  });

  it('of two that share a globalName the later one wins', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: g }], [{ name: b, template: g }]] }
      g: { container: { image: x }, outputs: { parameters: [{ name: v, globalName: shared, valueFrom: { path: /v } }] } }`,
      { a: succeeds({ parameters: { v: '1' } }), b: succeeds({ parameters: { v: '2' } }) },
    );
    expect(run.outputs.parameters).toEqual({ shared: '2' });
  });

  it('globalName of a steps template is published when the template is over', () => {
    const run = play(
      `
      main:
        steps: [[{ name: a, template: out }]]
        outputs: { parameters: [{ name: p, globalName: g, valueFrom: { parameter: "{{steps.a.outputs.parameters.v}}" } }] }`,
      { a: succeeds({ parameters: { v: 'x' } }) },
    );
    expect(run.outputs.parameters).toEqual({ g: 'x' });
  });

  it('supplied by a person', () => {
    const run = begin(`
      main:
        steps:
          - [{ name: ask, template: ask }]
          - [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.ask.outputs.parameters.v}}" }] } }]
      ask: { suspend: {}, outputs: { parameters: [{ name: v, valueFrom: { supplied: {} } }] } }`);
    run
      .setNode('displayName=ask', { outputParameters: { v: 'yes' } })
      .resume()
      .finish();
    expect(said(run).b).toBe('yes');
  });
});

describe('script results', () => {
  const print = (scope: 'steps' | 'tasks', reference: string): boolean[] => {
    const a = '{ name: a, template: s }';
    const use = `{ name: b, template: say, depends: a, arguments: { parameters: [{ name: m, value: "${reference}" }] } }`;
    const templates =
      scope === 'steps'
        ? `main: { steps: [[${a}], [${use.replace('depends: a, ', '')}]] }`
        : `main: { dag: { tasks: [${a}, ${use}] } }`;
    const run = play(templates, { a: succeeds({ result: '7' }) }, { validate: false });
    return run.pods.map(({ includeScriptOutput }) => includeScriptOutput);
  };

  it.each([
    ['steps', '{{steps.a.outputs.result}}', [true, false]],
    ['tasks', '{{tasks.a.outputs.result}}', [true, false]],
    ['steps', "{{= steps['a'].outputs.result}}", [true, false]],
    ['steps', '{{= steps.a.outputs.result}}', [true, false]],
    ['steps', '{{steps.a.status}}', [false, false]],
    ['tasks', '{{tasks.a.exitCode}}', [false, false]],
  ] as const)('stdout is kept only where it is read: %s %s', (scope, reference, kept) => {
    expect(print(scope, reference)).toEqual(kept);
  });

  it('the result of a container can be read as well', () => {
    const run = play(
      `main: { steps: [[{ name: a, template: c }], [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]] }`,
      { a: succeeds({ result: 'out' }) },
    );
    expect(said(run).b).toBe('out');
  });

  it('a result with quotes and newlines arrives as it was printed', () => {
    const result = 'line "1"\nline \\2\t{"k": "v"}';
    const run = play(
      `main: { steps: [[{ name: a, template: s }], [{ name: b, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]] }`,
      { a: succeeds({ result }) },
    );
    expect(said(run).b).toBe(result);
  });
});
