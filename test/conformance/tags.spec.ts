import { succeeds } from '@argosy/sdk/testing';
import { begin, play, said, saying } from './play.js';

describe('a tag', () => {
  const value = 'v "quoted" \\ back\nline é 😀 $1 $& %s';
  const options = { parameters: { p: value, name: 'p', empty: '', number: 7, json: '{"a":[1,2]}' } };

  it.each([
    ['is replaced by its value', '{{workflow.parameters.number}}', '7'],
    ['inside other text', '<{{workflow.parameters.number}}|{{workflow.name}}>', '<7|wf>'],
    ['may have spaces inside', '{{ workflow.parameters.number  }}', '7'],
    ['keeps quotes, backslashes, newlines and dollars', '{{workflow.parameters.p}}', value],
    ['of an empty text leaves nothing', '[{{workflow.parameters.empty}}]', '[]'],
    ['of JSON stays as it is', '{{workflow.parameters.json}}', '{"a":[1,2]}'],
    ['inside a tag is replaced first', '{{workflow.parameters.{{workflow.parameters.name}}}}', value],
    ['that nothing answers to stays', '{{nobody.knows}}', '{{nobody.knows}}'],
    ['single braces are no tag', '{workflow.name} ${HOME} }}', '{workflow.name} ${HOME} }}'],
    ['of a shell stays', '$(date) `x` ${{x}', '$(date) `x` ${{x}'],
  ])('%s', (_what, text, expected) => {
    expect(saying(text, { ...options, validate: false })).toBe(expected);
  });

  it('what a program printed may look like one', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: s }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.outputs.result}}" }] } }]`,
      { a: succeeds({ result: '{{nobody.knows}} {{' }) },
    );
    expect(said(run).t).toBe('{{nobody.knows}} {{');
  });

  it('that is not closed stays text', () => {
    const run = play(`main: { container: { image: x, args: ["a {{workflow.name"] } }`, {}, { validate: false });
    expect(said(run).wf).toBe('a {{workflow.name');
  });

  it('is replaced in every field of a template: image, command, env, script', () => {
    const run = play(
      `
      main:
        inputs: { parameters: [{ name: x, default: "1" }] }
        script:
          image: "img:{{inputs.parameters.x}}"
          command: ["{{inputs.parameters.x}}"]
          env: [{ name: "N{{inputs.parameters.x}}", value: "{{workflow.name}}" }]
          source: "echo {{inputs.parameters.x}} {{pod.name}} {{node.name}}"`,
    );
    expect(run.pods[0]?.template.script).toMatchObject({
      image: 'img:1',
      command: ['1'],
      env: [{ name: 'N1', value: 'wf' }],
      source: 'echo 1 wf wf',
    });
  });
});

describe('an expression tag', () => {
  const options = {
    parameters: { n: 3, s: 'text', list: '[1,2,3]', map: '{"k":{"x":"y"}}', 'with-hyphen': 'h' },
    metadata: '{ labels: { app: web, "a.b/c": d } }',
  };

  it.each([
    ['numbers are texts until asInt', "{{= workflow.parameters.n + '1'}}", '31'],
    ['asInt', '{{= asInt(workflow.parameters.n) + 1}}', '4'],
    ['asFloat', "{{= asFloat('1.5') * 2}}", '3'],
    ['string', "{{= string(1 + 1) + 'x'}}", '2x'],
    ['comparison', '{{= asInt(workflow.parameters.n) > 2}}', 'true'],
    ['choice', "{{= workflow.parameters.s == 'text' ? 'yes' : 'no'}}", 'yes'],
    ['and, or, not', '{{= true && !false || false}}', 'true'],
    ['arithmetic', '{{= (2 + 3) * 4 - 10 / 4}}', '17.5'],
    ['modulo and power', '{{= 7 % 4 + 2 ** 3}}', '11'],
    ['hyphens need brackets', "{{= workflow.parameters['with-hyphen']}}", 'h'],
    ['labels', '{{= workflow.labels.app}}', 'web'],
    ['jsonpath', "{{= jsonpath(workflow.parameters.map, '$.k.x')}}", 'y'],
    ['toJson', "{{= toJson({'a': [1, 'b']})}}", '{"a":[1,"b"]}'],
    ['a map is printed as JSON', "{{= {'a': 1}}}", '{"a":1}'],
    ['a list is printed as JSON', '{{= [1, "a", true]}}', '[1,"a",true]'],
    ['fromJSON and map', '{{= map(fromJSON(workflow.parameters.list), # * 2)}}', '[2,4,6]'],
    ['filter', '{{= filter([1,2,3,4], # > 2)}}', '[3,4]'],
    ['find', '{{= find([1,2,3,4], # > 2)}}', '3'],
    [
      'all, any, none, one',
      '{{= [all([1],#>0), any([1],#>1), none([1],#>1), one([1,2],#>1)]}}',
      '[true,false,true,true]',
    ],
    ['len', '{{= len(workflow.parameters.s)}}', '4'],
    ['in', "{{= 'a' in ['a','b']}}", 'true'],
    [
      'contains, startsWith, endsWith',
      "{{= 'abc' contains 'b' && 'abc' startsWith 'a' && 'abc' endsWith 'c'}}",
      'true',
    ],
    ['matches', "{{= 'abc' matches '^a.c$'}}", 'true'],
    ['slices', "{{= 'abcdef'[1:3]}}", 'bc'],
    ['nil coalescing', "{{= nil ?? 'd'}}", 'd'],
    ['sprig.trim', "{{= sprig.trim('  x ')}}", 'x'],
    ['sprig.upper', "{{= sprig.upper('x')}}", 'X'],
    ['sprig.replace', "{{= sprig.replace('a', 'b', 'banana')}}", 'bbnbnb'],
    ['sprig.splitList and join', "{{= sprig.join('-', sprig.splitList(',', 'a,b'))}}", 'a-b'],
    ['sprig.trunc', "{{= sprig.trunc(3, 'abcdef')}}", 'abc'],
    ['sprig.sha256sum', "{{= sprig.trunc(8, sprig.sha256sum('hi'))}}", '8f434346'],
    ['sprig.b64enc', "{{= sprig.b64enc('hi')}}", 'aGk='],
    ['sprig.randAlphaNum', '{{= len(sprig.randAlphaNum(5))}}', '5'],
    ['sprig.uuidv4, anew each time', '{{= sprig.uuidv4() != sprig.uuidv4()}}', 'true'],
    [
      'sprig.derivePassword',
      "{{= sprig.derivePassword(1, 'long', 'password', 'user', 'example.com')}}",
      'ZedaFaxcZaso9*',
    ],
    ['sprig.decryptAES', "{{= sprig.decryptAES('key', sprig.encryptAES('key', 'hi'))}}", 'hi'],
    ['sprig.semverCompare', "{{= sprig.semverCompare('^1.2.0', '1.2.3')}}", 'true'],
    ['split and join of the language itself', "{{= join(split('a,b', ','), '+')}}", 'a+b'],
    ['quotes in the result survive', "{{= 'say ' + '\"hi\"'}}", 'say "hi"'],
    ['two in one text', '{{= 1}}{{= 2}}', '12'],
    ['mixed with simple tags', '{{workflow.name}}-{{= 1 + 1}}', 'wf-2'],
    ['let', '{{= let x = 2; x * x}}', '4'],
    ['pipes', "{{= ' x ' | trim() | upper()}}", 'X'],
  ])('%s: %s', (_what, text, expected) => {
    expect(saying(text, { ...options, validate: false })).toBe(expected);
  });

  it('knows the time', () => {
    expect(saying("{{= sprig.date('2006-01-02', sprig.now())}}")).toBe('2026-01-01');
    expect(saying("{{= now().Format('15:04')}}")).toBe('00:00');
  });

  it('env functions of sprig are not there', () => {
    const run = play(`main: { container: { image: x, args: ["{{= sprig.env('HOME')}}"] } }`, {}, { validate: false });
    expect(run.phase).toBe('Error');
  });

  it('sees the outputs of earlier steps', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: gen-1, template: s }]
          - - name: t
              template: say
              arguments: { parameters: [{ name: m, value: "{{= asInt(steps['gen-1'].outputs.result) + 1 }}" }] }`,
      { 'gen-1': succeeds({ result: '41' }) },
    );
    expect(said(run).t).toBe('42');
    expect(run.pod('gen-1').includeScriptOutput).toBe(true);
  });

  it('waits for the steps that it mentions, whatever it makes of them', () => {
    const told = (text: string): string | undefined =>
      said(
        play(
          JSON.stringify({
            main: {
              steps: [
                [{ name: 'a', template: 's' }],
                [{ name: 't', template: 'say', arguments: { parameters: [{ name: 'm', value: text }] } }],
              ],
            },
          }),
          { a: succeeds({ result: 'yes' }) },
        ),
      ).t;
    expect(told("{{= steps.a.outputs.result == 'yes'}}")).toBe('true');
    expect(told("{{= steps.a.outputs.result == 'yes' ? 'go' : 'stop'}}")).toBe('go');
    expect(told("{{= steps.a.outputs.result ?? 'nothing'}}")).toBe('yes');
  });

  it('may mix what the template got with what its steps and items say', () => {
    const run = play(
      `
      main: { steps: [[{ name: sub, template: sub, arguments: { parameters: [{ name: i, value: in }] } }]] }
      sub:
        inputs: { parameters: [{ name: i }] }
        steps:
          - [{ name: a, template: s }]
          - - name: t
              template: say
              when: "{{= inputs.parameters.i == 'in' && steps.a.outputs.result == 'out'}}"
              arguments: { parameters: [{ name: m, value: "{{= inputs.parameters.i + steps.a.outputs.result}}" }] }
          - - name: u
              template: say
              withItems: [x]
              arguments: { parameters: [{ name: m, value: "{{= inputs.parameters.i + item}}" }] }
        outputs: { parameters: [{ name: o, valueFrom: { expression: "inputs.parameters.i + steps.a.outputs.result" } }] }`,
      { a: succeeds({ result: 'out' }) },
    );
    expect(said(run)).toMatchObject({ t: 'inout', 'u(0:x)': 'inx' });
    expect(run.node('sub').outputs.parameters).toEqual({ o: 'inout' });
  });

  it('the same in a DAG, and in what starts a hook', () => {
    const run = play(
      `
      main: { steps: [[{ name: sub, template: sub, arguments: { parameters: [{ name: i, value: in }] } }]] }
      sub:
        inputs: { parameters: [{ name: i }] }
        dag:
          tasks:
            - name: a
              template: s
              hooks: { h: { template: c, expression: "inputs.parameters.i == 'in' && tasks.a.status == 'Succeeded'" } }
            - name: t
              template: say
              depends: a
              arguments: { parameters: [{ name: m, value: "{{= inputs.parameters.i + tasks.a.outputs.result}}" }] }
        outputs: { parameters: [{ name: o, valueFrom: { expression: "inputs.parameters.i + tasks.a.outputs.result" } }] }`,
      { a: succeeds({ result: 'out' }) },
    );
    expect(said(run).t).toBe('inout');
    expect(run.node('sub').outputs.parameters).toEqual({ o: 'inout' });
    expect(run.node('a.hooks.h').phase).toBe('Succeeded');
  });

  it('a broken one makes the entry Error', () => {
    const run = play(`main: { container: { image: x, args: ["{{= 1 + }}"] } }`, {}, { validate: false });
    expect(run.phase).toBe('Error');
    expect(run.message).toMatch(/^error in entry template execution: /);
  });
});

it('functions that are slow on purpose are called so often in one moment, and later again', () => {
  const rules = { slowCallsAtOnce: 1 };
  const run = (more: string) =>
    play(
      `{ main: { ${more} steps: [[{ name: a, template: hash, withItems: [x, y], arguments: { parameters: [{ name: m, value: "{{item}}" }] } }]] },
         hash: { inputs: { parameters: [{ name: m }] }, container: { image: x, args: ["{{= sprig.bcrypt(inputs.parameters.m) }}"] } } }`,
      {},
      { rules },
    );
  const atOnce = run('');
  expect([atOnce.node('a(0:x)').phase, atOnce.node('a(1:y)').phase]).toEqual(['Succeeded', 'Error']);
  expect(atOnce.node('a(1:y)').message).toContain('slow on purpose, and not called more than 1 times at once');
  expect(run('parallelism: 1,').phase).toBe('Succeeded');
});

describe('where expressions in tags are turned off', () => {
  const rules = { expressionTemplates: false };
  const refused = 'expressions in tags are turned off here (the administrator of the cluster decided so)';

  it('a workflow that has one is refused, wherever it comes from', () => {
    const run = play(`main: { container: { image: x, args: ["{{= 1 + 1 }}"] } }`, {}, { rules });
    expect([run.phase, run.message]).toEqual(['Failed', expect.stringContaining(`.container.args[0]: ${refused}`)]);
    const library = { tools: `t: { retryStrategy: { limit: "{{= 1 }}" }, container: { image: x } }` };
    const call = `main: { steps: [[{ name: a, templateRef: { name: tools, template: t } }]] }`;
    const borrowed = play(call, {}, { rules, library });
    expect(borrowed.message).toContain(`template "t" of WorkflowTemplate "tools": expressions in tags are turned off`);
    expect(play(call, {}, { library }).phase).toBe('Succeeded');
  });

  it('other tags and expressions work, and what a program says is not read as one', () => {
    const run = play(
      `{ main: { steps: [
          [{ name: make, template: c }],
          [{ name: use, template: say, when: "{{steps.make.status}} == Succeeded", arguments: { parameters: [{ name: m, value: "{{steps.make.outputs.result}}" }] } }],
        ] } }`,
      { make: succeeds({ result: '{{= 1 + 1 }}' }) },
      { rules },
    );
    expect(said(run).use).toBe('{{= 1 + 1 }}');
  });
});

describe('a tag that the pod alone can answer', () => {
  it('{{pod.name}} and {{node.name}} of a retried step are those of the attempt', () => {
    const run = play(`
      main:
        retryStrategy: { limit: 1 }
        container: { image: x, args: ["{{node.name}} {{retries}} {{pod.name}}"] }`);
    expect(run.pods[0]?.template.container?.args).toEqual([`wf(0) 0 ${run.pods[0]?.podName}`]);
  });

  it('{{steps.name}} and {{tasks.name}} are the name of the call', () => {
    const tell = `t: { container: { image: x, args: ["{{steps.name}}{{tasks.name}}"] } }`;
    expect(said(play(`{ main: { steps: [[{ name: a, template: t }]] }, ${tell} }`, {}, { validate: false })).a).toMatch(
      /^a/,
    );
    expect(
      said(play(`{ main: { dag: { tasks: [{ name: b, template: t }] } }, ${tell} }`, {}, { validate: false })).b,
    ).toMatch(/b$/);
  });
});

it('tags are replaced when a call is made: what changes later does not matter', () => {
  const run = begin(
    `main: { steps: [[{ name: w, template: wait }], [{ name: a, template: say, arguments: { parameters: [{ name: m, value: "{{workflow.duration}}" }] } }]] }`,
  ).at('10s');
  run.resume().finish();
  expect(said(run).a).toBe('10.000000');
});
