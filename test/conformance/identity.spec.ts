import { attempts, fails, succeeds } from '@argosy/sdk/testing';
import { begin, lines, play } from './play.js';

/** FNV-1a, 32 bits, decimal: how Argo makes an id of a name. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

describe('node ids', () => {
  it('the root is named like the workflow, and so is its id', () => {
    expect(play('main: { container: { image: x } }').node('wf')).toMatchObject({ id: 'wf', name: 'wf' });
  });

  it('every other id is the hash of the full name', () => {
    const run = play('main: { steps: [[{ name: a, template: c, withItems: [é] }]] }');
    for (const node of run.nodes.filter(({ name }) => name !== 'wf')) {
      expect(node.id).toBe(`wf-${hash(node.name)}`);
    }
    expect(run.node('[0].a(0:é)').id).toBe(`wf-${hash('wf[0].a(0:é)')}`);
  });

  it('known values', () => {
    expect(hash('')).toBe(2166136261);
    expect(hash('a')).toBe(3826002220);
    expect(hash('foobar')).toBe(3214735720);
  });
});

describe('names', () => {
  const run = play(
    `
    main:
      steps:
        - [{ name: one, template: inner, withItems: [x], onExit: c }]
        - [{ name: two, template: r, hooks: { told: { template: c, expression: "true" } } }]
    inner: { dag: { tasks: [{ name: t, template: c, withItems: [{ os: linux, arch: arm }] }] } }
    r: { retryStrategy: { limit: 1 }, container: { image: x } }`,
    { two: attempts(fails(), succeeds()) },
    { spec: 'onExit: c' },
  );

  it('tell where a node stands', () => {
    expect(run.nodes.map(({ name }) => name).sort()).toEqual(
      lines(`
        wf
        wf.onExit
        wf[0]
        wf[0].one(0:x)
        wf[0].one(0:x).onExit
        wf[0].one(0:x).t
        wf[0].one(0:x).t(0:arch:arm,os:linux)
        wf[1]
        wf[1].two
        wf[1].two(0)
        wf[1].two(1)
        wf[1].two.hooks.told`),
    );
  });

  it('displayName leaves out what is around the node', () => {
    expect(Object.fromEntries(run.nodes.map(({ name, displayName }) => [name, displayName]))).toEqual({
      wf: 'wf',
      'wf.onExit': 'wf.onExit',
      'wf[0]': '[0]',
      'wf[0].one(0:x)': 'one(0:x)',
      'wf[0].one(0:x).onExit': 'one(0:x).onExit',
      'wf[0].one(0:x).t': 't',
      'wf[0].one(0:x).t(0:arch:arm,os:linux)': 't(0:arch:arm,os:linux)',
      'wf[1]': '[1]',
      'wf[1].two': 'two',
      'wf[1].two(0)': 'two(0)',
      'wf[1].two(1)': 'two(1)',
      'wf[1].two.hooks.told': 'two.hooks.told',
    });
  });

  it('boundaryID is the enclosing steps or DAG, of attempts and hooks too', () => {
    const inner = run.node('[0].one(0:x)').id;
    expect(Object.fromEntries(run.nodes.map(({ name, status }) => [name, status.boundaryID]))).toEqual({
      wf: undefined,
      'wf.onExit': undefined,
      'wf[0]': 'wf',
      'wf[0].one(0:x)': 'wf',
      'wf[0].one(0:x).onExit': 'wf',
      'wf[0].one(0:x).t': inner,
      'wf[0].one(0:x).t(0:arch:arm,os:linux)': inner,
      'wf[1]': 'wf',
      'wf[1].two': 'wf',
      'wf[1].two(0)': 'wf',
      'wf[1].two(1)': 'wf',
      'wf[1].two.hooks.told': 'wf',
    });
  });

  it('nodeFlag marks attempts and hooks', () => {
    const flags = run.nodes.flatMap(({ displayName, status }) => {
      const { hooked, retried } = status.nodeFlag ?? {};
      return hooked || retried ? [`${displayName}${hooked ? ' hooked' : ''}${retried ? ' retried' : ''}`] : [];
    });
    expect(flags.sort()).toEqual([
      'one(0:x).onExit hooked',
      'two(0) retried',
      'two(1) retried',
      'two.hooks.told hooked',
      'wf.onExit hooked',
    ]);
  });

  it('templateName is the template that was called; groups have none', () => {
    expect(run.node('one(0:x)').status.templateName).toBe('inner');
    expect(run.node('[0]').status.templateName).toBeUndefined();
    expect(run.node('t').status.templateName).toBe('c');
    expect(run.nodes.map(({ status }) => status.templateScope)).toEqual(run.nodes.map(() => 'local/wf'));
  });

  it('outboundNodes lead to the last pods', () => {
    expect(run.node('one(0:x)').status.outboundNodes).toEqual([run.node('t(0:arch:arm,os:linux)').id]);
    expect(run.node('wf').status.outboundNodes).toEqual([run.node('two(1)').id]);
  });
});

describe('display names', () => {
  it('may be given by an annotation of the template, and change nothing else', () => {
    const run = play(`
      main:
        steps:
          - [{ name: a, template: named, withItems: [x, y], arguments: { parameters: [{ name: p, value: "{{item}}" }] } }]
          - [{ name: b, template: c, when: "{{steps.a.outputs.result}} != ''" }]
      named:
        annotations: { workflows.argoproj.io/display-name: "on {{inputs.parameters.p}}" }
        inputs: { parameters: [{ name: p }] }
        retryStrategy: { limit: 1 }
        script: { image: x, command: [sh], source: echo 1 }`);
    const names = run.nodes.map(({ status }) => [status.name, status.displayName]);
    expect(names).toEqual(
      expect.arrayContaining([
        ['wf[0].a(0:x)', 'on x'],
        ['wf[0].a(0:x)(0)', 'a(0:x)(0)'],
        ['wf[0].a(1:y)', 'on y'],
      ]),
    );
  });
});

describe('pod names', () => {
  it('are made of workflow, template and the hash of the node', () => {
    const run = play('main: { steps: [[{ name: a, template: c }]] }');
    expect(run.pod('a').podName).toBe(`wf-c-${hash('wf[0].a')}`);
  });

  it('of the root pod is the name of the workflow', () => {
    expect(play('main: { container: { image: x } }').pod('wf').podName).toBe('wf');
  });

  it('of attempts are those of their nodes', () => {
    const run = play('main: { retryStrategy: { limit: 1 }, container: { image: x } }');
    expect(run.pod('(0)').podName).toBe(`wf-main-${hash('wf(0)')}`);
  });

  it('are cut so that they fit', () => {
    const long = 'x'.repeat(200);
    const run = play(
      `{ main: { steps: [[{ name: a, template: ${long} }]] }, ${long}: { container: { image: x } } }`,
      {},
      { metadata: `name: ${'w'.repeat(60)}`, validate: false },
    );
    const { podName } = run.pods[0] ?? { podName: '' };
    expect(podName.length).toBeLessThanOrEqual(253);
    expect(podName).toMatch(/^w{60}-x+-\d+$/);
  });

  it('in format v1 are node ids', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c }]] }',
      {},
      { metadata: 'annotations: { workflows.argoproj.io/pod-name-format: v1 }' },
    );
    expect(run.pod('a').podName).toBe(run.node('a').id);
  });

  it('the format is written down when the run begins', () => {
    expect(play('main: { container: { image: x } }').workflow.metadata.annotations).toMatchObject({
      'workflows.argoproj.io/pod-name-format': 'v2',
    });
  });
});

describe('progress', () => {
  it('counts pods: done of all there are so far', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c }, { name: b, template: c }], [{ name: d, template: c }]] }',
    );
    expect(run.progress).toBe('3/3');
    expect(run.node('wf').status.progress).toBe('3/3');
    expect(run.node('[0]').status.progress).toBe('2/2');
    expect(run.node('a').status.progress).toBe('1/1');
  });

  it('failed pods are not done', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c, continueOn: { failed: true } }], [{ name: b, template: c }]] }',
      {
        a: fails(),
      },
    );
    expect(run.progress).toBe('1/2');
    expect(run.phase).toBe('Succeeded');
  });

  it('nor are those that are refused', () => {
    const run = play('main: { steps: [[{ name: a, template: c }]] }', {}, { spec: 'activeDeadlineSeconds: 0' });
    expect([run.progress, run.node('a').status.progress]).toEqual(['0/1', '0/1']);
  });

  it('so every failed attempt keeps a run that succeeded from being complete', () => {
    const run = play('main: { retryStrategy: { limit: 2 }, container: { image: x } }', {
      main: attempts(fails(), fails(), succeeds()),
    });
    expect(run.progress).toBe('1/3');
  });

  it('skipped and omitted calls do not count', () => {
    const run = play(
      'main: { dag: { tasks: [{ name: a, template: c, when: "false" }, { name: b, template: c, depends: a.Failed }, { name: d, template: c }] } }',
    );
    expect(run.progress).toBe('1/1');
  });

  it('hooks and exit handlers count', () => {
    const run = play('main: { steps: [[{ name: a, template: c, onExit: d }]] }', {}, { spec: 'onExit: d' });
    expect(run.progress).toBe('3/3');
  });

  it('what a program reports counts instead, and is complete when it succeeded', () => {
    const reporting = { main: succeeds({ progress: '30/100', runs: '1m' }) };
    const run = play('main: { container: { image: x } }', reporting);
    expect(run.progress).toBe('100/100');
    const failed = play('main: { container: { image: x } }', { main: fails({ progress: '30/100' }) });
    expect(failed.progress).toBe('30/100');
  });

  it('a template may say how much there will be to do', () => {
    const template = `{
      inputs: { parameters: [{ name: n, value: 100 }] },
      metadata: { annotations: { workflows.argoproj.io/progress: "0/{{inputs.parameters.n}}" } },
      container: { image: x }
    }`;
    expect(play(`main: ${template}`, { main: fails() }).progress).toBe('0/100');
    expect(begin(`main: ${template}`).node('wf').status).toMatchObject({ phase: 'Pending', progress: '0/100' });
    expect(play(`main: ${template}`).progress).toBe('100/100');
  });

  it('of loops grows with the items', () => {
    const run = play('main: { parallelism: 1, steps: [[{ name: a, template: c, withSequence: { count: 3 } }]] }');
    expect(run.progress).toBe('3/3');
  });
});

describe('resources', () => {
  it('are added up over nodes to the workflow', () => {
    const run = play('main: { steps: [[{ name: a, template: c }, { name: b, template: c }]] }');
    expect(run.node('a').status.resourcesDuration).toEqual({ cpu: 1, memory: 2 });
    expect(run.node('[0]').status.resourcesDuration).toEqual({ cpu: 2, memory: 4 });
    expect(run.workflow.status?.resourcesDuration).toEqual({ cpu: 2, memory: 4 });
  });
});
