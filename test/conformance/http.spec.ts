import type { RequestScripts } from '@argosy/sdk/testing';
import { attempts, responds, verdict } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

/** A step `ask` that makes a request, and a step `t` that says what came of it. */
const asking = (http: string, more = ''): string => `
  main:
    steps:
      - [{ name: ask, template: ask, continueOn: { failed: true } }]
      - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.ask.outputs.result}}" }] } }]
  ask: { http: { url: "http://example.test/x"${http} }${more} }`;
const ended = (http: string, ask: RequestScripts[string]) => {
  const run = play(asking(http), {}, { requests: { ask } });
  const { phase, message, outputs } = run.node('ask');
  return { phase, message, result: outputs.result };
};

describe('an HTTP template', () => {
  it('needs no pod: it succeeds with a 2xx answer, whose body is its result', () => {
    const run = play(asking(''), {}, { requests: { ask: responds({ statusCode: 201, body: 'made' }) } });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].ask
        [0].ask: HTTP Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].t
        [1].t: Pod Succeeded`),
    );
    expect(said(run)).toEqual({ t: 'made' });
    expect(run.progress).toBe('2/2');
  });

  it('fails with any other answer, and keeps its body', () => {
    for (const statusCode of [199, 301, 404, 500])
      expect(ended('', responds({ statusCode, body: 'sorry' }))).toEqual({
        phase: 'Failed',
        message: `received non-2xx response code: ${statusCode}`,
        result: 'sorry',
      });
  });

  it('fails without an answer, and says why', () => {
    expect(ended('', verdict({ phase: 'Failed', message: 'connection refused' }))).toMatchObject({
      phase: 'Failed',
      message: 'connection refused',
    });
    expect(ended(', timeoutSeconds: 5', responds({ after: '6s' }))).toMatchObject({ phase: 'Failed' });
  });

  it('asks what its tags say', () => {
    const run = play(`
      main:
        steps:
          - - name: ask
              template: ask
              arguments: { parameters: [{ name: user, value: "a\\"b" }] }
      ask:
        inputs: { parameters: [{ name: user }] }
        http:
          method: PUT
          url: "http://example.test/{{inputs.parameters.user}}"
          headers: [{ name: X-Run, value: "{{workflow.name}}" }]
          body: '{"n": {{= 1 + 1}}}'
          timeoutSeconds: 10`);
    expect(run.request('ask').template.http).toEqual({
      method: 'PUT',
      url: 'http://example.test/a"b',
      headers: [{ name: 'X-Run', value: 'wf' }],
      body: '{"n": 2}',
      timeoutSeconds: 10,
    });
  });
});

describe('successCondition', () => {
  const answer = responds({ statusCode: 404, body: '{"ok": true}', headers: { 'x-rate-limit': ['9', '8'] } });
  const http = (condition: string): string =>
    `, method: POST, body: sent, headers: [{ name: x-trace, value: "7" }], successCondition: ${JSON.stringify(condition)}`;

  it.each([
    'response.statusCode == 404',
    'response.statusCode in [200, 404]',
    'response.body contains "ok"',
    'fromJSON(response.body).ok',
    'response.headers["X-Rate-Limit"][1] == "8"',
    'request.method == "POST" && request.body == "sent"',
    'request.url startsWith "http://example.test/"',
    'request.headers["X-Trace"][0] == "7"',
  ])('decides instead of the status: %s', (condition) => {
    expect(ended(http(condition), answer).phase).toBe('Succeeded');
  });

  it('makes a good status fail', () => {
    expect(ended(http('response.body == "ready"'), responds({ body: 'starting' }))).toEqual({
      phase: 'Failed',
      message: `successCondition 'response.body == "ready"' evaluated false`,
      result: 'starting',
    });
  });

  it.each(['response.nonsense.x', 'response.statusCode', 'request.headers["None"][0] == "7"'])(
    'that cannot be told fails: %s',
    (condition) => {
      expect(ended(http(condition), answer).phase).toBe('Failed');
    },
  );
});

describe('the result of a request', () => {
  it('can be what a step hangs on, and what a loop goes over', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: list, template: ask }]
          - - name: t
              template: say
              when: "{{= jsonpath(steps.list.outputs.result, '$.ready')}}"
              withParam: "{{= toJson(jsonpath(steps.list.outputs.result, '$.names'))}}"
              arguments: { parameters: [{ name: m, value: "{{item}}" }] }
      ask: { http: { url: "http://example.test/" } }`,
      {},
      { requests: { list: responds({ body: '{"ready": true, "names": ["a", "b"]}' }) } },
    );
    expect(said(run)).toEqual({ 't(0:a)': 'a', 't(1:b)': 'b' });
  });

  it('of a loop is a JSON list', () => {
    const run = play(
      `
      main:
        steps:
          - - name: ask
              template: ask
              withItems: [1, 2]
              arguments: { parameters: [{ name: i, value: "{{item}}" }] }
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.ask.outputs.result}}" }] } }]
      ask: { inputs: { parameters: [{ name: i }] }, http: { url: "http://x/{{inputs.parameters.i}}" } }`,
      {},
      { requests: { ask: ({ template }) => responds({ body: `{"from":"${template.http?.url}"}` }) } },
    );
    expect(said(run).t).toBe('[{"from":"http://x/1"},{"from":"http://x/2"}]');
  });

  it('a task may depend on how it ended', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: ask, template: ask }
            - { name: good, template: c, depends: ask.Succeeded }
            - { name: bad, template: c, depends: ask.Failed }
      ask: { http: { url: "http://x/" } }`,
      {},
      { requests: { ask: responds({ statusCode: 500 }) } },
    );
    expect(phases(run)).toEqual({ ask: 'Failed', bad: 'Succeeded', good: 'Omitted' });
  });
});

describe('a request that fails', () => {
  it('is made again by a retry strategy, each attempt once', () => {
    const run = play(
      asking('', ', retryStrategy: { limit: 3, backoff: { duration: 10s } }'),
      {},
      {
        requests: {
          ask: attempts(responds({ statusCode: 503 }), verdict({ phase: 'Failed' }), responds({ body: 'ok' })),
        },
      },
    );
    expect(said(run).t).toBe('ok');
    expect(run.requests.map(({ displayName }) => displayName)).toEqual(['ask(0)', 'ask(1)', 'ask(2)']);
    expect(run.node('ask(2)')).toMatchObject({ type: 'HTTP', startedAfter: 22 });
  });

  it('is Failed, not Error: a policy for errors does not retry it', () => {
    const run = play(
      asking('', ', retryStrategy: { limit: 3, retryPolicy: OnError }'),
      {},
      { requests: { ask: responds({ statusCode: 503 }) } },
    );
    expect(run.requests).toHaveLength(1);
    expect(run.node('[0].ask').phase).toBe('Failed');
  });
});

describe('requests and limits', () => {
  it('take no place of a pod', () => {
    const run = play(
      `
      main: { parallelism: 1, steps: [[{ name: ask, template: ask, withSequence: { count: 3 } }]] }
      ask: { http: { url: "http://x/" } }`,
      {},
      { spec: '{ parallelism: 1 }' },
    );
    expect(run.nodes.filter(({ type }) => type === 'HTTP').map(({ startedAfter }) => startedAfter)).toEqual([0, 0, 0]);
    expect(run.elapsed).toBe(1);
  });

  it('end at the timeout of the template, at the deadline of the run, and with the run', () => {
    const slow = { ask: responds({ after: '20s' }) };
    const end = (more: string, spec = '{}') => play(asking('', more), {}, { spec, requests: slow }).node('ask');
    expect(end(', timeout: 5s')).toMatchObject({ phase: 'Failed', message: 'timeout', finishedAfter: 5 });
    expect(end('', '{ activeDeadlineSeconds: 7 }')).toMatchObject({
      phase: 'Failed',
      message: 'Step exceeded its deadline',
      finishedAfter: 7,
    });
    const stopped = begin(asking(''), {}, { requests: slow }).at('2s').stop().finish();
    expect(stopped.node('ask')).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Stop'" });
  });

  it('are not made while the run is suspended', () => {
    const run = begin(asking(''), {}, { spec: '{ suspend: true }' }).at('1h');
    expect(run.requests).toEqual([]);
    expect(run.resume().finish().requests).toHaveLength(1);
  });
});

describe('a request as a handler', () => {
  it('tells a server how a step and the workflow ended', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: c, hooks: { exit: { template: tell, arguments: { parameters: [{ name: s, value: "{{steps.a.status}}" }] } } } }]] }
      bye: { steps: [[{ name: tell, template: tell, arguments: { parameters: [{ name: s, value: "{{workflow.status}}" }] } }]] }
      tell: { inputs: { parameters: [{ name: s }] }, http: { method: POST, url: "http://x/", body: "{{inputs.parameters.s}}" } }`,
      {},
      { spec: '{ onExit: bye }' },
    );
    expect(run.requests.map(({ displayName, template }) => [displayName, template.http?.body])).toEqual([
      ['a.onExit', 'Succeeded'],
      ['tell', 'Succeeded'],
    ]);
  });

  it('that gets no good answer fails the workflow when it is the exit handler', () => {
    const run = play(
      'main: { container: { image: x } }\ntell: { http: { url: "http://x/" } }',
      {},
      { spec: '{ onExit: tell }', requests: { tell: responds({ statusCode: 500 }) } },
    );
    expect(run.phase).toBe('Failed');
    expect(run.message).toBe('received non-2xx response code: 500');
  });
});
