import { errors, fails, succeeds } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import { lines, phases, play, said } from './play.js';

/** A step `a` that says its item, once for each of them. */
const loop = (loopOver: object, message = '{{item}}'): string =>
  JSON.stringify({
    main: { steps: [[{ name: 'a', template: 'say', arguments: argument(message), ...loopOver }]] },
  });
const argument = (value: string): object => ({ parameters: [{ name: 'm', value }] });

describe('withItems', () => {
  it.each([
    ['a text', 'x', 'a(0:x)', 'x'],
    ['a text with spaces and quotes, which JSON escapes', 'it\'s "so"', 'a(0:it\'s \\"so\\")', 'it\'s "so"'],
    ['a text of two lines', '1\n2', 'a(0:1\\n2)', '1\n2'],
    ['a map of such texts', { k: '1\n2' }, 'a(0:k:1\\n2)', '{"k":"1\\n2"}'],
    ['a number', 7, 'a(0:7)', '7'],
    ['a fraction', 1.5, 'a(0:1.5)', '1.5'],
    ['a boolean', true, 'a(0:true)', 'true'],
    ['parentheses leave the name, not the value', 'f(x)', 'a(0:fx)', 'f(x)'],
    ['a list', ['p', 'q'], 'a(0:[p q])', '["p","q"]'],
    ['a list of numbers', [1, 2], 'a(0:[1 2])', '[1,2]'],
    ['a map, keys sorted', { os: 'linux', arch: 'arm' }, 'a(0:arch:arm,os:linux)', '{"arch":"arm","os":"linux"}'],
    ['a map with other types', { n: 1, b: true }, 'a(0:b:true,n:1)', '{"b":true,"n":1}'],
  ])('%s', (_what, item, name, value) => {
    expect(said(play(loop({ withItems: [item] })))).toEqual({ [name]: value });
  });

  it('members of a map are variables of their own', () => {
    const run = play(
      loop({ withItems: [{ os: 'linux', tag: 3, deep: { x: [1] } }] }, '{{item.os}}:{{item.tag}} {{item.deep}}'),
    );
    expect(Object.values(said(run))).toEqual(['linux:3 {"x":[1]}']);
  });

  it('the items of a step stand in its group; they are numbered from 0 and start together', () => {
    const run = play(`
      main:
        steps:
          - [{ name: a, template: c, withItems: [x, y, z] }, { name: b, template: c }]
          - [{ name: d, template: c }]`);
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].a(0:x), [0].a(1:y), [0].a(2:z), [0].b
        [0].a(0:x): Pod Succeeded -> [1]
        [0].a(1:y): Pod Succeeded -> [1]
        [0].a(2:z): Pod Succeeded -> [1]
        [0].b: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].d
        [1].d: Pod Succeeded`),
    );
    expect(run.mostPodsAtOnce).toBe(4);
  });

  it('the items of a task stand in a group of their own, below which nothing else hangs', () => {
    const run = play(`
      main:
        dag:
          tasks:
            - { name: a, template: c, withItems: [x, y] }
            - { name: b, template: c, depends: a }`);
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: TaskGroup Succeeded -> a(0:x), a(1:y)
        a(0:x): Pod Succeeded -> b
        a(1:y): Pod Succeeded -> b
        b: Pod Succeeded`),
    );
  });

  it('of equal items each has its own node', () => {
    expect(Object.keys(said(play(loop({ withItems: ['x', 'x'] }))))).toEqual(['a(0:x)', 'a(1:x)']);
  });

  it('tags in items are replaced, {{item}} in every field of the call', () => {
    const run = play(
      `
      main:
        steps: [[{ name: a, template: "{{item}}", withItems: [c, "{{workflow.parameters.t}}"] }]]`,
      {},
      { parameters: { t: 'd' }, validate: false },
    );
    expect(run.nodes.filter(({ type }) => type === 'Pod').map(({ displayName }) => displayName)).toEqual([
      'a(0:c)',
      'a(1:d)',
    ]);
  });

  it('expressions see the item', () => {
    expect(said(play(loop({ withItems: [2, 3] }, '{{= asInt(item) * 2 }}')))).toEqual({ 'a(0:2)': '4', 'a(1:3)': '6' });
  });

  it('expressions see the item together with everything else', () => {
    expect(Object.values(said(play(loop({ withItems: [2] }, "{{= workflow.name + '-' + item }}"))))).toEqual(['wf-2']);
  });

  it('a failed item fails the group, when the others are over', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, withItems: [1, 2] }]] }`, {
      'a(0:1)': fails(),
      'a(1:2)': succeeds({ runs: '1m' }),
    });
    expect(phases(run)).toEqual({ 'a(0:1)': 'Failed', 'a(1:2)': 'Succeeded' });
    expect(run.tree[1]).toBe("[0]: StepGroup Failed (child '[0].a(0:1)' failed) -> [0].a(0:1), [0].a(1:2)");
  });

  it('continueOn of the step holds for each item', () => {
    const run = play(`main: { steps: [[{ name: a, template: c, withItems: [1, 2], continueOn: { failed: true } }]] }`, {
      'a(0:1)': fails(),
    });
    expect(run.phase).toBe('Succeeded');
  });

  it.each([
    ['Failed', { 'a(0:1)': fails() }],
    ['Error', { 'a(1:2)': errors() }],
    ['Error', { 'a(0:1)': fails(), 'a(1:2)': errors() }],
    ['Failed', { 'a(0:1)': errors(), 'a(1:2)': fails() }],
  ] as readonly [string, PodScripts][])('a task group is %s as its last failed item is', (phase, pods) => {
    const run = play(`main: { dag: { tasks: [{ name: a, template: c, withItems: [1, 2] }] } }`, pods);
    expect(run.node('a')).toMatchObject({ type: 'TaskGroup', phase });
  });

  it('items call nested templates', () => {
    const run = play(`
      main: { steps: [[{ name: a, template: in, withItems: [1, 2] }]] }
      in: { steps: [[{ name: b, template: c }]] }`);
    expect(run.tree.slice(1, 5)).toEqual(
      lines(`
        [0]: StepGroup Succeeded -> [0].a(0:1), [0].a(1:2)
        [0].a(0:1): Steps Succeeded -> [0].a(0:1)[0]
        [0].a(0:1)[0]: StepGroup Succeeded -> [0].a(0:1)[0].b
        [0].a(0:1)[0].b: Pod Succeeded`),
    );
  });
});

describe('withParam', () => {
  const over = (param: string): string =>
    JSON.stringify({
      main: {
        steps: [
          [{ name: 'list', template: 's' }],
          [{ name: 'a', template: 'say', arguments: argument('{{item}}'), withParam: param }],
        ],
      },
    });

  it('loops over a JSON list that an earlier step printed', () => {
    const run = play(over('{{steps.list.outputs.result}}'), {
      list: succeeds({ result: '["x", 1, true, {"k": "v"}, [1]]' }),
    });
    const { list: _list, ...items } = said(run);
    expect(items).toEqual({
      'a(0:x)': 'x',
      'a(1:1)': '1',
      'a(2:true)': 'true',
      'a(3:k:v)': '{"k":"v"}',
      'a(4:[1])': '[1]',
    });
  });

  it('numbers keep their spelling, wherever they stand', () => {
    const run = play(over('{{steps.list.outputs.result}}'), {
      list: succeeds({ result: '[1.10, 12345678901234567890, 1e3, {"id": 98765432109876543210}, [0.50, "0.50"]]' }),
    });
    const { list: _list, ...items } = said(run);
    expect(items).toEqual({
      'a(0:1.10)': '1.10',
      'a(1:12345678901234567890)': '12345678901234567890',
      'a(2:1e3)': '1e3',
      'a(3:id:98765432109876543210)': '{"id":98765432109876543210}',
      'a(4:[0.50 0.50])': '[0.50,"0.50"]',
    });
  });

  it('or over a parameter of the workflow', () => {
    const run = play(loop({ withParam: '{{workflow.parameters.hosts}}' }), {}, { parameters: { hosts: '["a","b"]' } });
    expect(Object.keys(said(run))).toEqual(['a(0:a)', 'a(1:b)']);
  });

  it('an empty list skips the step', () => {
    const run = play(over('{{steps.list.outputs.result}}'), { list: succeeds({ result: '[]' }) });
    expect(run.tree.slice(3)).toEqual(
      lines(`
        [1]: StepGroup Succeeded -> [1].a
        [1].a: Skipped Skipped (Skipped, empty params)`),
    );
    expect(run.phase).toBe('Succeeded');
  });

  it('an empty list skips the task, and what depends on it runs', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: a, template: c, withParam: "{{workflow.parameters.l}}" }
            - { name: b, template: c, depends: a }`,
      {},
      { parameters: { l: '[]' } },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: Skipped Skipped (Skipped, empty params) -> b
        b: Pod Succeeded`),
    );
  });

  it.each([
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['{"a": 1}', 'json: cannot unmarshal object into Go value of type []v1alpha1.Item'],
    ['"x"', 'json: cannot unmarshal string into Go value of type []v1alpha1.Item'],
    ['[1,', 'unexpected end of JSON input'],
  ])('what is no JSON list makes the group Error: %s', (text, problem) => {
    const run = play(over('{{steps.list.outputs.result}}'), { list: succeeds({ result: text }) });
    expect(run.node('[1]').phase).toBe('Error');
    expect(run.node('[1]').message).toContain(
      `withParam value could not be parsed as a JSON list: ${text}: ${problem}`,
    );
    expect(run.phase).toBe('Failed');
  });

  it('what is no JSON list makes the task Error', () => {
    const run = play(
      `main: { dag: { tasks: [{ name: a, template: c, withParam: "{{workflow.parameters.l}}" }] } }`,
      {},
      { parameters: { l: 'hello' } },
    );
    expect(run.node('a')).toMatchObject({ type: 'Skipped', phase: 'Error' });
    expect(run.node('a').message).toContain('withParam value could not be parsed as a JSON list: hello: ');
    expect(run.phase).toBe('Error');
  });
});

describe('withSequence', () => {
  it.each([
    [{ count: 3 }, ['0', '1', '2']],
    [{ count: '2', start: '5' }, ['5', '6']],
    [{ start: 1, end: 3 }, ['1', '2', '3']],
    [{ start: 3, end: 1 }, ['3', '2', '1']],
    [{ end: 2 }, ['0', '1', '2']],
    [{ start: -1, end: 1 }, ['-1', '0', '1']],
    [{ start: 2, end: 2 }, ['2']],
    [{ count: 2, format: 'host-%d' }, ['host-0', 'host-1']],
    [{ start: 9, end: 11, format: '%03d' }, ['009', '010', '011']],
    [{ start: 254, end: 255, format: '0x%02X' }, ['0xFE', '0xFF']],
    [{ start: 8, end: 9, format: '%o' }, ['10', '11']],
  ] as readonly [object, string[]][])('%p', (withSequence, expected) => {
    expect(Object.values(said(play(loop({ withSequence }))))).toEqual(expected);
  });

  it('count 0 skips the step', () => {
    expect(play(loop({ withSequence: { count: 0 } })).node('a')).toMatchObject({
      type: 'Skipped',
      phase: 'Skipped',
      message: 'Skipped, empty params',
    });
  });

  it('its bounds may be tags', () => {
    const run = play(
      loop({ withSequence: { start: '{{workflow.parameters.from}}', count: '{{= 1 + 1}}' } }),
      {},
      {
        parameters: { from: 4 },
      },
    );
    expect(Object.keys(said(run))).toEqual(['a(0:4)', 'a(1:5)']);
  });

  it.each([
    ['many', 'strconv.Atoi: parsing "many": invalid syntax'],
    ['1e3', 'strconv.Atoi: parsing "1e3": invalid syntax'],
    [' 2', 'strconv.Atoi: parsing " 2": invalid syntax'],
    ['9'.repeat(20), `strconv.Atoi: parsing "${'9'.repeat(20)}": value out of range`],
  ])('a bound that is no number makes the group Error: %s', (x, problem) => {
    const run = play(loop({ withSequence: { count: '{{workflow.parameters.x}}' } }), {}, { parameters: { x } });
    expect(run.node('[0]')).toMatchObject({ phase: 'Error', message: problem });
  });
});

it.each(['steps: [[CALL]]', 'dag: { tasks: [CALL] }'])(
  'withItems without items are none: the call is made once (%s)',
  (main) => {
    const run = play(`main: { ${main.replace('CALL', '{ name: a, template: c, withItems: [] }')} }`);
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['a']);
    expect(run.phase).toBe('Succeeded');
  },
);

it('members of items are in the order of their names, as the cluster has them', () => {
  const items = '[{ n: 2, json: { z: 1, a: [{ y: 1, b: 2 }] } }]';
  const run = play(
    `main: { steps: [[{ name: l, template: say, withItems: ${items}, arguments: { parameters: [{ name: m, value: '{{item}} {{item.json}}' }] } }]] }`,
  );
  const json = '{"a":[{"b":2,"y":1}],"z":1}';
  expect(said(run)).toEqual({ [`l(0:json:${json},n:2)`]: `{"json":${json},"n":2} ${json}` });
});

it('braces in what the items are made of are only text', () => {
  for (const [scope, main] of [
    ['steps', (call: string) => `steps: [[{ name: a, template: s }], [{ ${call} }]]`],
    ['tasks', (call: string) => `dag: { tasks: [{ name: a, template: s }, { ${call}, depends: a }] }`],
  ] as const) {
    const call = `name: l, template: say, withParam: '{{${scope}.a.outputs.result}}', arguments: { parameters: [{ name: m, value: '{{item}}' }] }`;
    const run = play(`main: { ${main(call)} }`, { a: succeeds({ result: `["plain", "\${{ ${scope}.x }}"]` }) });
    expect(Object.values(said(run)).filter(Boolean)).toEqual(['plain', `\${{ ${scope}.x }}`]);
  }
});

describe('what a loop gave', () => {
  /** Runs a loop of three and says `{{…}}` of it, as steps and as a DAG. */
  const told = (tag: string, pods: PodScripts): (string | undefined)[] => {
    const items = 'name: a, template: out, withItems: [x, y, z], continueOn: { failed: true }';
    const say = (scope: string): string =>
      `name: t, template: say, arguments: { parameters: [{ name: m, value: '{{${scope}.a.${tag}}}' }] }`;
    const steps = play(`main: { steps: [[{ ${items} }], [{ ${say('steps')} }]] }`, pods, { validate: false });
    const dag = play(`main: { dag: { tasks: [{ ${items} }, { ${say('tasks')}, dependencies: [a] }] } }`, pods, {
      validate: false,
    });
    return [said(steps).t, said(dag).t];
  };
  const both = (text: string): string[] => [text, text];

  it.each([
    ['outputs.result', 'numbers stay numbers', ['1', '2', '3'], '[1,2,3]'],
    [
      'outputs.result',
      'spelt as they were',
      ['1.10', '12345678901234567890', '-0.0'],
      '[1.10,12345678901234567890,-0.0]',
    ],
    ['outputs.result', 'JSON is JSON', ['{"k":1}', '[2]', '"s"'], '[{"k":1},[2],"s"]'],
    ['outputs.result', 'booleans and null', ['true', 'false', 'true'], '[true,false,true]'],
  ])('%s: %s', (tag, _what, [x, y, z], expected) => {
    const pods = Object.fromEntries(
      [x, y, z].map((result, i) => [`a(${i}:${'xyz'[i]})`, succeeds({ result: result ?? '' })]),
    );
    expect(told(tag, pods)).toEqual(both(expected));
  });

  it('outputs.parameters is a list of maps, outputs.parameters.v a list of texts', () => {
    const pods: PodScripts = { a: (pod) => succeeds({ parameters: { v: pod.displayName.slice(4, 5) } }) };
    expect(told('outputs.parameters', pods)).toEqual(both('[{"v":"x"},{"v":"y"},{"v":"z"}]'));
    expect(told('outputs.parameters.v', pods)).toEqual(both('["x","y","z"]'));
    const two: PodScripts = { a: succeeds({ parameters: { v: '1', b: '2' } }) };
    expect(told('outputs.parameters', two)).toEqual(both('[{"b":"2","v":"1"},{"b":"2","v":"1"},{"b":"2","v":"1"}]'));
  });

  it('parameters that are all maps or lists are decoded, otherwise all stay texts', () => {
    const give = (values: string[]): PodScripts =>
      Object.fromEntries(values.map((v, i) => [`a(${i}:${'xyz'[i]})`, succeeds({ parameters: { v } })]));
    expect(told('outputs.parameters.v', give(['{"k":1}', '[2]', '{}']))).toEqual(both('[{"k":1},[2],{}]'));
    expect(told('outputs.parameters.v', give(['{"k":1}', '2', '{}']))).toEqual(both('["{\\"k\\":1}","2","{}"]'));
    expect(told('outputs.parameters.v', give(['1', '2', '3']))).toEqual(both('["1","2","3"]'));
    expect(told('outputs.parameters.v', give(['{"b":1,"a":{"d":1,"c":2}}', ' [2] ', '{}']))).toEqual(
      both('[{"a":{"c":2,"d":1},"b":1},[2],{}]'),
    );
  });

  it('of a step, its group tells how it went and when', () => {
    const value = '{{steps.a.status}} {{steps.a.startedAt}} {{steps.a.finishedAt}}';
    const run = play(`
      main:
        steps:
          - [{ name: first, template: c }]
          - [{ name: a, template: c, withItems: [1, 2] }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: '${value}' }] } }]`);
    expect(said(run).t).toBe('Succeeded 2026-01-01T00:00:02Z 2026-01-01T00:00:04Z');
  });

  it('items that failed are left out, so that positions shift', () => {
    const pods: PodScripts = {
      'a(1:y)': fails({ result: '2', parameters: { v: 'b' } }),
      a: (pod) => succeeds({ result: '1', parameters: { v: pod.displayName.slice(4, 5) } }),
    };
    expect(told('outputs.result', pods)).toEqual(both('[1,1]'));
    expect(told('outputs.parameters.v', pods)).toEqual(both('["x","z"]'));
  });

  it('without any result it is an empty list', () => {
    expect(told('outputs.result', {})).toEqual(both('[]'));
    expect(told('outputs.parameters', {})).toEqual(both('[]'));
  });

  it('is in the order of the items, not in that in which they ended', () => {
    const pods: PodScripts = Object.fromEntries(
      ['x', 'y', 'z'].map((item, i) => [`a(${i}:${item})`, succeeds({ result: String(i), runs: 9 - i })]),
    );
    expect(told('outputs.result', pods)).toEqual(both('[0,1,2]'));
  });

  it('more than ten items are in order of their numbers', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: s, withSequence: { count: 12 } }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]`,
      { a: (pod) => succeeds({ result: /\d+/.exec(pod.displayName)?.[0] ?? '' }) },
    );
    expect(said(run).t).toBe('[0,1,2,3,4,5,6,7,8,9,10,11]');
  });

  it('a result that is no JSON makes whoever asks for it Error', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: s, withItems: [x] }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]`,
      { a: succeeds({ result: 'a word' }) },
    );
    expect(run.phase).not.toBe('Succeeded');
    expect(said(run).t).toBeUndefined();
  });

  it('of retried items, the last attempt counts', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: r, withItems: [x, y] }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]
      r: { retryStrategy: { limit: 1 }, script: { image: x, source: x } }`,
      { 'a(0:x)(0)': fails({ result: '0' }), 'a(0:x)(1)': succeeds({ result: '1' }), a: succeeds({ result: '2' }) },
    );
    expect(said(run).t).toBe('[1,2]');
  });
});

it.each(['withItems: [1], withParam: "[1]"', 'withItems: [1], withSequence: { count: 1 }'])(
  'a call has one loop only: %s is refused',
  (two) => {
    expect(() => play(`main: { steps: [[{ name: a, template: c, ${two} }]] }`)).toThrow(/with(Items|Param|Sequence)/);
  },
);
