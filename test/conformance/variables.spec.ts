import { fails, succeeds } from '@argosy/sdk/testing';
import { play, said, saying } from './play.js';

describe('workflow.*', () => {
  const options = {
    metadata: `{
      namespace: team, uid: u-1, creationTimestamp: "2026-03-04T15:06:07Z",
      labels: { app: web }, annotations: { note: hi, workflows.argoproj.io/scheduled-time: "2026-03-04T15:00:00Z" } }`,
    spec: 'serviceAccountName: robot\npriority: 7\narguments: { parameters: [{ name: p, value: "1" }, { name: q, value: x }] }',
  };

  it.each([
    ['name', 'wf'],
    ['namespace', 'team'],
    ['mainEntrypoint', 'main'],
    ['serviceAccountName', 'robot'],
    ['uid', 'u-1'],
    ['priority', '7'],
    ['scheduledTime', '2026-03-04T15:00:00Z'],
    ['status', 'Running'],
    ['duration', '0.000000'],
    ['parameters.p', '1'],
    ['labels.app', 'web'],
    ['annotations.note', 'hi'],
    ['creationTimestamp', '2026-03-04T15:06:07Z'],
    ['creationTimestamp.RFC3339', '2026-03-04T15:06:07Z'],
    ['creationTimestamp.s', '1772636767'],
    ['creationTimestamp.Y', '2026'],
    ['creationTimestamp.y', '26'],
    ['creationTimestamp.m', '03'],
    ['creationTimestamp.B', 'March'],
    ['creationTimestamp.b', 'Mar'],
    ['creationTimestamp.d', '04'],
    ['creationTimestamp.A', 'Wednesday'],
    ['creationTimestamp.a', 'Wed'],
    ['creationTimestamp.H', '15'],
    ['creationTimestamp.I', '03'],
    ['creationTimestamp.M', '06'],
    ['creationTimestamp.S', '07'],
    ['creationTimestamp.p', 'PM'],
    ['creationTimestamp.Z', 'UTC'],
    ['creationTimestamp.z', '+0000'],
    ['creationTimestamp.L', '000'],
  ])('%s is %s', (name, expected) => {
    expect(saying(`{{workflow.${name}}}`, options)).toBe(expected);
  });

  it('parameters is a JSON list, labels and annotations are JSON maps', () => {
    expect(JSON.parse(saying('{{workflow.parameters}}', options) ?? '')).toEqual([
      { name: 'p', value: '1' },
      { name: 'q', value: 'x' },
    ]);
    expect(saying('{{workflow.parameters.json}}', options)).toBe(saying('{{workflow.parameters}}', options));
    expect(JSON.parse(saying('{{workflow.labels.json}}', options) ?? '')).toMatchObject({ app: 'web' });
    expect(JSON.parse(saying('{{workflow.annotations}}', options) ?? '')).toMatchObject({ note: 'hi' });
  });

  it('their members come in an order that does not depend on the manifest', () => {
    const mixed = {
      metadata: '{ labels: { b: "2", a: "1" } }',
      spec: 'arguments: { parameters: [{ description: d, enum: [1, 2], value: 1, name: p }] }',
    };
    expect(saying('{{workflow.parameters}}', mixed)).toBe(
      '[{"name":"p","value":"1","enum":["1","2"],"description":"d"}]',
    );
    expect(saying('{{workflow.labels}}', mixed)).toMatch(/^\{"a":"1","b":"2"/);
  });

  it('priority and scheduledTime are only there when they are set', () => {
    expect(saying('{{workflow.priority}}', { validate: false })).toBeUndefined();
  });
});

describe('steps.X.* and tasks.X.*', () => {
  const after = (tag: string, pods = {}, step = ''): (string | undefined)[] =>
    (['steps', 'tasks'] as const).map((scope) => {
      const a = `{ name: a, template: out${step} }`;
      const b = `{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{${scope}.a.${tag}}}" }] } }`;
      const main =
        scope === 'steps'
          ? `{ steps: [[${a}], [${b}]] }`
          : `{ dag: { tasks: [${a}, ${b.replace('name: t,', 'name: t, dependencies: [a],')}] } }`;
      return said(play(`main: ${main}`, pods)).t;
    });
  const both = (text: string): string[] => [text, text];
  const failing = ', continueOn: { failed: true }';

  it.each([
    ['status', {}, '', 'Succeeded'],
    ['status', { a: fails() }, failing, 'Failed'],
    ['exitCode', {}, '', '0'],
    ['exitCode', { a: fails({ exitCode: 3 }) }, failing, '3'],
    ['outputs.result', { a: succeeds({ result: 'r' }) }, '', 'r'],
    ['outputs.parameters.v', { a: succeeds({ parameters: { v: 'p' } }) }, '', 'p'],
    ['outputs.parameters.v', { a: fails({ parameters: { v: 'p' } }) }, failing, 'p'],
    ['startedAt', {}, '', '2026-01-01T00:00:00Z'],
    ['finishedAt', { a: succeeds({ runs: '59s' }) }, '', '2026-01-01T00:01:00Z'],
    ['hostNodeName', { a: succeeds({ host: 'h7' }) }, '', 'h7'],
  ])('%s (%#)', (tag, pods, step, expected) => {
    expect(after(tag, pods, step)).toEqual(both(expected));
  });

  it('id', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c }], [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.id}}" }] } }]] }',
    );
    expect(said(run).t).toBe(run.node('a').id);
  });

  it('status of a skipped step', () => {
    const run = play(
      'main: { steps: [[{ name: a, template: c, when: "false" }], [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.status}}" }] } }]] }',
    );
    expect(said(run).t).toBe('Skipped');
  });

  it('of a nested template are those of its own outputs', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: in, template: inner }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.in.outputs.parameters.p}} {{steps.in.status}}" }] } }]
      inner:
        steps: [[{ name: a, template: out }]]
        outputs: { parameters: [{ name: p, valueFrom: { parameter: "{{steps.a.outputs.parameters.v}}" } }] }`,
      { a: succeeds({ parameters: { v: 'deep' } }) },
    );
    expect(said(run).t).toBe('deep Succeeded');
  });

  it('are not seen by templates that are called: those have inputs', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: out }], [{ name: t, template: peek }]] }
      peek: { container: { image: x, args: ["{{steps.a.outputs.parameters.v}}"] } }`,
      { a: succeeds({ parameters: { v: 'x' } }) },
      { validate: false },
    );
    expect(said(run).t).toBe('{{steps.a.outputs.parameters.v}}');
  });
});

describe('volumes of the workflow', () => {
  const claim = (call: string): string =>
    `volumes: [{ name: work, persistentVolumeClaim: { claimName: '{{${call}.outputs.parameters.v}}' } }]`;
  const claims = (main: string, call: string): unknown[] =>
    play(main, { out: (pod) => succeeds({ parameters: { v: pod.nodeName } }) }, { spec: claim(call) }).pods.map(
      ({ settings }) => settings?.volumes?.[0]?.persistentVolumeClaim?.claimName,
    );

  it('may be named by what ran before', () => {
    const unknown = '{{steps.a.outputs.parameters.v}}';
    expect(claims('main: { steps: [[{ name: a, template: out }], [{ name: b, template: c }]] }', 'steps.a')).toEqual([
      unknown,
      'wf[0].a',
    ]);
    const dag = 'main: { dag: { tasks: [{ name: a, template: out }, { name: b, template: c, depends: a }] } }';
    expect(claims(dag, 'tasks.a')[1]).toBe('wf.a');
  });

  it('in nested templates too; the outer one counts', () => {
    const nested = `
      main: { steps: [[{ name: a, template: out }], [{ name: b, template: in }]] }
      in: { steps: [[{ name: a, template: out }], [{ name: b, template: c }]] }`;
    expect(claims(nested, 'steps.a').slice(1)).toEqual(['wf[0].a', 'wf[0].a']);
  });
});

describe('the outputs of a call that was skipped', () => {
  const use = (v: string, m = ''): string => `
    main:
      steps:
        - [{ name: a, template: o, when: "false" }]
        - [{ name: t, template: s, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.parameters.v}}" }] } }]
    o: { container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v${v} } }] } }
    s: { inputs: { parameters: [{ name: m${m} }] }, container: { image: x, args: ["{{inputs.parameters.m}}"] } }`;

  it('are their declared defaults', () => {
    expect(said(play(use(', default: d'))).t).toBe('d');
  });

  it('without one, the default of the input that wants it', () => {
    expect(said(play(use('', ', default: e'))).t).toBe('e');
  });

  it('without either, the call that wants it is an error', () => {
    const run = play(use(''));
    expect(run.phase).not.toBe('Succeeded');
    expect(said(run).t).toBeUndefined();
    expect(run.node('t').phase).toBe('Error');
    expect(run.node('t').message).toContain('absent optional');
  });

  it('can be replaced with ?? in an expression', () => {
    const run = play(use('').replace('{{steps.a.outputs.parameters.v}}', "{{= steps.a.outputs.parameters.v ?? 'f' }}"));
    expect(said(run).t).toBe('f');
  });

  it('and its result is absent as well, in a comparison too', () => {
    const run = play(`
      main:
        steps:
          - [{ name: a, template: s, when: "false" }]
          - - { name: t, template: say, arguments: { parameters: [{ name: m, value: "{{= steps.a.outputs.result ?? 'f' }}" }] } }
            - { name: u, template: c, when: "{{= steps.a.outputs.result == 'x' }}" }
            - { name: v, template: say, arguments: { parameters: [{ name: m, value: "{{= steps.a.exitCode ?? 'none' }}" }] } }`);
    expect(said(run)).toEqual({ t: 'f', v: 'none' });
    expect(run.node('u').phase).toBe('Skipped');
  });

  it('of omitted tasks just the same', () => {
    const run = play(`
      main:
        dag:
          tasks:
            - { name: z, template: c }
            - { name: a, template: o, depends: z.Failed }
            - { name: t, template: say, depends: a.Omitted, arguments: { parameters: [{ name: m, value: "{{tasks.a.outputs.parameters.v}}" }] } }
      o: { container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v, default: d } }] } }`);
    expect(said(run).t).toBe('d');
  });

  it('a call that is itself skipped does not mind', () => {
    const run = play(use('').replace('template: s,', 'template: s, when: "false",'));
    expect(run.phase).toBe('Succeeded');
  });

  it('as the output of the template take its default, or ?? in an expression', () => {
    const run = play(`
      main:
        steps: [[{ name: a, template: o, when: "false" }]]
        outputs:
          parameters:
            - { name: p, valueFrom: { parameter: "{{steps.a.outputs.parameters.v}}", default: q } }
            - { name: e, valueFrom: { expression: "steps.a.outputs.parameters.v ?? 'f'" } }
      o: { container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }`);
    expect(run.node('wf').outputs.parameters).toEqual({ p: 'q', e: 'f' });
  });
});

describe('outputs of the workflow', () => {
  it('workflow.outputs.parameters.* are there from the moment they are made', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: a, template: g }
            - { name: t, template: say, depends: a, arguments: { parameters: [{ name: m, value: "{{workflow.outputs.parameters.x}}" }] } }
      g: { container: { image: x }, outputs: { parameters: [{ name: v, globalName: x, valueFrom: { path: /v } }] } }`,
      { a: succeeds({ parameters: { v: 'now' } }) },
    );
    expect(said(run).t).toBe('now');
  });

  it('are not made by calls that fail', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: g, continueOn: { failed: true } }]] }
      g: { container: { image: x }, outputs: { parameters: [{ name: v, globalName: x, valueFrom: { path: /v } }] } }`,
      { a: fails({ parameters: { v: 'no' } }) },
    );
    expect(run.outputs.parameters).toEqual({});
  });
});

describe('what a template knows of itself', () => {
  it('where its program puts outputs and finds inputs, and what all its inputs are', () => {
    const run = play(`
      main:
        inputs: { parameters: [{ name: i, value: '1' }] }
        outputs:
          parameters: [{ name: p, valueFrom: { path: /p } }]
          artifacts: [{ name: a, path: /a }]
        container: { image: x, args: ['{{outputs.parameters.p.path}} {{outputs.artifacts.a.path}} {{inputs.parameters}}'] }`);
    expect(said(run).wf).toBe('/p /a [{"name":"i","value":"1"}]');
  });

  it('node.name is that of its own node, also in what it tells its steps', () => {
    const run = play(`
      main: { dag: { tasks: [{ name: a, template: inner }] } }
      inner: { steps: [[{ name: b, template: both, arguments: { parameters: [{ name: m, value: "{{node.name}}" }] } }]] }
      both: { inputs: { parameters: [{ name: m }] }, container: { image: x, args: ["{{inputs.parameters.m}} {{node.name}}"] } }`);
    expect(run.pod('b').template.container?.args).toEqual(['wf.a wf.a[0].b']);
  });

  it('labels and annotations of its pod may have tags', () => {
    const metadata = '{ labels: { l: "of-{{inputs.parameters.i}}" }, annotations: { n: "{{workflow.name}}" } }';
    const inputs = '{ parameters: [{ name: i, value: a }] }';
    const run = play(`main: { inputs: ${inputs}, metadata: ${metadata}, container: { image: x } }`);
    expect(run.pod('wf').template.metadata).toEqual({ labels: { l: 'of-a' }, annotations: { n: 'wf' } });
  });
});
