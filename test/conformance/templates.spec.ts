import { fails, succeeds } from '@argosy/sdk/testing';
import { lines, play, said } from './play.js';

describe('recursion', () => {
  const coin = `
    main:
      steps:
        - [{ name: flip, template: s }]
        - - { name: again, template: main, when: "{{steps.flip.outputs.result}} == tails" }
          - { name: done, template: c, when: "{{steps.flip.outputs.result}} == heads" }`;

  it('a template may call itself until a condition stops it', () => {
    let flips = 0;
    const run = play(coin, { flip: () => succeeds({ result: ++flips < 3 ? 'tails' : 'heads' }) });
    expect(run.phase).toBe('Succeeded');
    expect(run.node('[1].again[1].again[1].done').phase).toBe('Succeeded');
    expect(run.pods).toHaveLength(4);
  });

  it('counts down by arguments', () => {
    const run = play(
      `
      main:
        inputs: { parameters: [{ name: left }] }
        steps:
          - [{ name: say, template: say, arguments: { parameters: [{ name: m, value: "{{inputs.parameters.left}}" }] } }]
          - - name: again
              template: main
              when: "{{inputs.parameters.left}} > 1"
              arguments: { parameters: [{ name: left, value: "{{= asInt(inputs.parameters.left) - 1 }}" }] }`,
      {},
      { parameters: { left: 3 } },
    );
    expect(run.pods.map(({ template }) => template.container?.args?.[0])).toEqual(['3', '2', '1']);
  });

  it('without end is stopped at a depth of 100', () => {
    const run = play('main: { steps: [[{ name: a, template: main, when: "1 == 1" }]] }');
    expect(run.phase).not.toBe('Succeeded');
    expect(run.nodes.some(({ message }) => message.startsWith('Maximum recursion depth exceeded'))).toBe(true);
  });
});

describe('inline templates', () => {
  it('stand in the call itself', () => {
    const run = play('main: { steps: [[{ name: a, inline: { container: { image: x, args: [hi] } } }]] }');
    expect(said(run)).toEqual({ a: 'hi' });
    expect(run.node('a').status.templateName).toBeUndefined();
  });

  it('of a DAG task see their own inputs', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, inline: { inputs: { parameters: [{ name: m }] }, container: { image: x, args: ["{{inputs.parameters.m}}"] } }, arguments: { parameters: [{ name: m, value: hi }] } }] } }`,
    );
    expect(said(run)).toEqual({ a: 'hi' });
  });

  it.each(['steps: [[CALL]]', 'dag: { tasks: [CALL] }'])(
    'prefer their own inputs to those around them (%s)',
    (calls) => {
      const say =
        '{ inputs: { parameters: [{ name: m }] }, container: { image: x, args: ["{{inputs.parameters.m}}"] } }';
      const call = `{ name: a, arguments: { parameters: [{ name: m, value: "{{inputs.parameters.m}}!" }] }, inline: ${say} }`;
      const run = play(`main: { inputs: { parameters: [{ name: m, value: out }] }, ${calls.replace('CALL', call)} }`);
      expect(said(run)).toEqual({ a: 'out!' });
    },
  );

  it('prefer their own inputs however deep they are', () => {
    const say =
      '{ inputs: { parameters: [{ name: m }] }, container: { image: x, args: ["{{inputs.parameters.m}} {{inputs.parameters.n}}"] } }';
    const call = `{ name: b, arguments: { parameters: [{ name: m, value: own }] }, inline: ${say} }`;
    const run = play(
      `main: { inputs: { parameters: [{ name: m, value: out }, { name: n, value: far }] }, steps: [[{ name: a, inline: { steps: [[${call}]] } }]] }`,
    );
    expect(said(run)).toEqual({ b: 'own far' });
  });

  it('see what is around them: inputs, steps before them, items', () => {
    const run = play(
      `
      main: { steps: [[{ name: sub, template: sub, arguments: { parameters: [{ name: i, value: in }] } }]] }
      sub:
        inputs: { parameters: [{ name: i }] }
        steps:
          - [{ name: a, template: s }]
          - - { name: t, inline: { container: { image: x, args: ["{{inputs.parameters.i}} {{steps.a.outputs.result}} {{node.name}}"] } } }
            - name: u
              withItems: [x]
              inline: { container: { image: x, args: ["{{= inputs.parameters.i + steps.a.outputs.result + item}}"] } }`,
      { a: succeeds({ result: 'out' }) },
    );
    expect(said(run)).toMatchObject({ t: 'in out wf[0].sub[1].t', 'u(0:x)': 'inoutx' });
  });

  it('and tasks before them, but steps of their own come first', () => {
    const say = (of: string): string =>
      `[{ name: t, template: say, arguments: { parameters: [{ name: m, value: "${of}" }] } }]`;
    const around = play(
      `main: { dag: { tasks: [{ name: a, template: s }, { name: sub, depends: a, inline: { steps: [${say('{{tasks.a.outputs.result}}')}] } }] } }`,
      { a: succeeds({ result: 'outer' }) },
    );
    expect(said(around).t).toBe('outer');
    const own = play(
      `
      main:
        steps:
          - [{ name: a, template: s }]
          - [{ name: sub, inline: { steps: [[{ name: a, template: s }], ${say('{{steps.a.outputs.result}}')}] } }]`,
      { '[0].a': succeeds({ result: 'outer' }), a: succeeds({ result: 'inner' }) },
    );
    expect(said(own).t).toBe('inner');
  });

  it('may be steps', () => {
    const run = play('main: { dag: { tasks: [{ name: a, inline: { steps: [[{ name: b, template: c }]] } }] } }');
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: Steps Succeeded -> a[0]
        a[0]: StepGroup Succeeded -> a[0].b
        a[0].b: Pod Succeeded`),
    );
  });

  it('may hold inline templates themselves, however deep', () => {
    const leaf = '{ container: { image: x, args: [hi] } }';
    const middle = `{ dag: { tasks: [{ name: b, inline: ${leaf} }] } }`;
    const run = play(`main: { dag: { tasks: [{ name: a, inline: ${middle} }] } }`);
    expect(run.tree).toEqual(['wf: DAG Succeeded -> a', 'a: DAG Succeeded -> a.b', 'a.b: Pod Succeeded']);
    expect(said(run)).toEqual({ b: 'hi' });
  });

  it('are looped and retried like others', () => {
    const run = play(
      'main: { steps: [[{ name: a, withItems: [1, 2], inline: { retryStrategy: { limit: 1 }, container: { image: x, args: ["{{item}}"] } } }]] }',
    );
    expect(said(run)).toEqual({ 'a(0:1)(0)': '1', 'a(1:2)(0)': '2' });
  });
});

describe('templateRef', () => {
  const library = {
    lib: `
      outer: { steps: [[{ name: in, template: inner }]] }
      inner: { container: { image: lib } }
      tell: { inputs: { parameters: [{ name: m }] }, container: { image: lib, args: ["{{inputs.parameters.m}} {{workflow.name}}"] } }`,
    'cluster/shared': 'inner: { container: { image: cluster } }',
  };
  const call = (ref: string, rest = ''): string => `main: { steps: [[{ name: a, templateRef: { ${ref} }${rest} }]] }`;

  it('calls a template of another object; its own names are looked up there', () => {
    const run = play(`${call('name: lib, template: outer')}\ninner: { container: { image: own } }`, {}, { library });
    expect(run.tree.slice(2)).toEqual(
      lines(`
        [0].a: Steps Succeeded -> [0].a[0]
        [0].a[0]: StepGroup Succeeded -> [0].a[0].in
        [0].a[0].in: Pod Succeeded`),
    );
    expect(run.pod('in').template.container?.image).toBe('lib');
  });

  it('nodes say where they come from', () => {
    const run = play(call('name: lib, template: outer'), {}, { library });
    expect(run.node('a').status).toMatchObject({
      templateRef: { name: 'lib', template: 'outer' },
      templateScope: 'local/wf',
    });
    expect(run.node('a').status.templateName).toBeUndefined();
    expect(run.node('in').status).toMatchObject({ templateName: 'inner', templateScope: 'namespaced/lib' });
  });

  it('of a cluster-wide object', () => {
    const run = play(call('name: shared, template: inner, clusterScope: true'), {}, { library });
    expect(run.pod('a').template.container?.image).toBe('cluster');
  });

  it('gets arguments, and sees the variables of the run', () => {
    const run = play(
      call('name: lib, template: tell', ', arguments: { parameters: [{ name: m, value: hi }] }'),
      {},
      { library },
    );
    expect(said(run).a).toBe('hi wf');
  });

  it('names the pod after the template', () => {
    const run = play(call('name: lib, template: inner'), {}, { library });
    expect(run.pod('a').podName).toBe(`wf-inner-${run.node('a').id.slice(3)}`);
  });

  it('templates that were used are stored in the status', () => {
    const run = play(call('name: lib, template: outer'), {}, { library });
    expect(Object.keys(run.workflow.status?.storedTemplates ?? {}).sort()).toEqual(
      expect.arrayContaining(['namespaced/lib/inner', 'namespaced/lib/outer']),
    );
  });

  it('to something that is not there is refused before anything runs', () => {
    expect(() => play(call('name: lib, template: nowhere'), {}, { library })).toThrow(/nowhere/);
    expect(() => play(call('name: nobody, template: x'), {}, { library })).toThrow(/nobody/);
  });

  it('may be the exit handler', () => {
    const run = play(
      'main: { container: { image: x } }',
      {},
      {
        library,
        spec: 'hooks: { exit: { templateRef: { name: lib, template: inner } } }',
      },
    );
    expect(run.node('onExit').phase).toBe('Succeeded');
    expect(run.pod('onExit').template.container?.image).toBe('lib');
  });
});

describe('templateDefaults', () => {
  it('fill in what a template does not say', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c }]] }',
      { a: fails() },
      {
        spec: 'templateDefaults: { retryStrategy: { limit: 1 }, timeout: 1m }',
      },
    );
    expect(run.pods).toHaveLength(4);
  });

  it('never turn a template into something else', () => {
    const run = play(
      'main: { script: { image: x, command: [sh], source: echo } }',
      {},
      {
        spec: 'templateDefaults: { container: { image: other } }',
      },
    );
    expect(run.pods[0]?.template.container).toBeUndefined();
    expect(run.pods[0]?.template.script?.image).toBe('x');
  });
});
