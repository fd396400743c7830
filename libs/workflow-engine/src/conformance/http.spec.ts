import type { HTTP, Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { RequestOutcome } from '../testing/index.js';
import { container, workflow, WorkflowSimulation } from '../testing/index.js';

const URL = 'http://example.test/';
const call = (http: Partial<HTTP> = {}, extra: Template = {}): Template => ({
  name: 'call',
  http: { url: URL, ...http },
  ...extra,
});

function simulate(template: Template, outcome: RequestOutcome, spec: WorkflowSpec = {}): WorkflowSimulation {
  const main: Template = {
    name: 'main',
    steps: [
      [{ name: 'call', template: 'call' }],
      [{ name: 'use', template: 'use', when: '"{{steps.call.status}}" != ""' }],
    ],
  };
  const run = new WorkflowSimulation(workflow([main, template, container('use')], spec));
  run.world.requests.script = () => outcome;
  return run;
}
const ended = (http: Partial<HTTP>, outcome: RequestOutcome) => {
  const run = simulate(call(http), outcome);
  run.run();
  const { phase, message, outputs } = run.node('wf[0].call');
  return { phase, message, result: outputs?.result };
};

describe('an HTTP template', () => {
  it('succeeds with the body of a 2xx answer as its result', () => {
    const run = simulate(call(), { statusCode: 201, body: 'made' });
    expect(run.run()).toBe('Succeeded');
    expect(run.tree()).toEqual([
      'wf: Steps Succeeded -> wf[0]',
      'wf[0]: StepGroup Succeeded -> wf[0].call',
      'wf[0].call: HTTP Succeeded -> wf[1]',
      'wf[1]: StepGroup Succeeded -> wf[1].use',
      'wf[1].use: Pod Succeeded',
    ]);
    expect(run.node('wf[0].call')).toMatchObject({ outputs: { result: 'made' }, progress: '1/1' });
    expect(run.state.status.progress).toBe('2/2');
  });

  it('fails on any other answer, and keeps its body', () => {
    expect(ended({}, { statusCode: 404, body: 'no' })).toEqual({
      phase: 'Failed',
      message: 'received non-2xx response code: 404',
      result: 'no',
    });
  });

  it('lets a condition decide instead', () => {
    const answer = { statusCode: 404, body: '{"ok":true}', headers: { 'content-type': ['text/plain', 'x'] } };
    const condition = (successCondition: string) =>
      ended({ method: 'PUT', body: 'sent', headers: [{ name: 'x-trace', value: '7' }], successCondition }, answer);
    for (const good of [
      'response.statusCode == 404',
      'response.body contains "ok"',
      'response.headers["Content-Type"][1] == "x"',
      'request.method == "PUT" && request.body == "sent" && request.url startsWith "http"',
      'request.headers["X-Trace"][0] == "7"',
    ])
      expect({ good, phase: condition(good).phase }).toEqual({ good, phase: 'Succeeded' });
    expect(condition('response.statusCode == 200')).toMatchObject({
      phase: 'Failed',
      message: "successCondition 'response.statusCode == 200' evaluated false",
    });
    expect(condition('response.nonsense(').phase).toBe('Failed');
  });

  it('tells why there was no answer', () => {
    expect(ended({}, { phase: 'Failed', message: 'connection refused' })).toMatchObject({
      phase: 'Failed',
      message: 'connection refused',
    });
  });

  it('goes on record before its request goes out, once', () => {
    const run = simulate(call(), {});
    expect(run.pass().commands).toMatchObject([{ type: 'SendHttp', isRecorded: false }]);
    expect(run.node('wf[0].call').phase).toBe('Pending');
    expect([...run.world.requests.sent]).toEqual([]);
    expect(run.pass().commands).toMatchObject([{ type: 'SendHttp', isRecorded: true }]);
    expect(run.node('wf[0].call').phase).toBe('Running');
    expect(run.pass().commands).toEqual([]);
    run.run();
    expect([...run.world.requests.sent.values()]).toEqual([1]);
  });

  it('is not sent again by a restarted controller when it may have been sent', () => {
    const before = simulate(call(), {});
    before.pass();
    before.restart();
    before.world.requests.forget();
    expect(before.run()).toBe('Succeeded');
    const during = simulate(call({}, { retryStrategy: { limit: 1, retryPolicy: 'Always' } }), { afterMs: 5000 });
    during.run((state) => [...state.nodes.values()].some(({ type, phase }) => type === 'HTTP' && phase === 'Running'));
    during.restart();
    during.world.requests.forget();
    expect(during.run()).toBe('Succeeded');
    expect(during.node('wf[0].call(0)')).toMatchObject({
      phase: 'Error',
      message: 'the controller that waited for the answer is gone; the request is not sent a second time',
    });
    expect(during.node('wf[0].call(1)').phase).toBe('Succeeded');
  });

  it('leaves it to another controller that may be alive to write down the answer', () => {
    const run = simulate(call({ timeoutSeconds: 10 }), { afterMs: 5000 });
    run.run((state) => [...state.nodes.values()].some(({ type, phase }) => type === 'HTTP' && phase === 'Running'));
    run.restart();
    run.world.requests.forget();
    run.pass();
    run.sleep(38_000);
    expect(run.node('wf[0].call').phase).toBe('Running');
    run.sleep(2000);
    expect(run.node('wf[0].call').phase).toBe('Error');
  });

  it('is the same through restarts that lose nothing', () => {
    const calm = simulate(call(), { afterMs: 3000 });
    calm.run();
    const restarted = simulate(call(), { afterMs: 3000 });
    for (let passes = 0; passes < 4; passes++) {
      restarted.pass();
      restarted.restart();
    }
    restarted.run();
    expect(restarted.tree()).toEqual(calm.tree());
    expect([...restarted.world.requests.sent.values()]).toEqual([1]);
  });

  it('ends at its timeout and with the run', () => {
    const late = simulate(call({}, { timeout: '2s' }), { afterMs: 9000 });
    expect(late.run()).toBe('Failed');
    expect(late.node('wf[0].call')).toMatchObject({ phase: 'Failed', message: 'timeout' });
    const deadline = simulate(call(), { afterMs: 9000 }, { activeDeadlineSeconds: 3 });
    deadline.run();
    expect(deadline.node('wf[0].call').message).toBe('Step exceeded its deadline');
    const stopped = simulate(call(), { afterMs: 9000 });
    stopped.run((state) => [...state.nodes.values()].some(({ type, phase }) => type === 'HTTP' && phase === 'Running'));
    stopped.intent({ type: 'StopRun' });
    expect(stopped.run()).toBe('Failed');
    expect(stopped.node('wf[0].call').message).toBe("Stopped with strategy 'Stop'");
  });

  it('takes its inputs, and gives its result to others', () => {
    const urls: string[] = [];
    const run = new WorkflowSimulation(
      workflow([
        {
          name: 'main',
          outputs: { parameters: [{ name: 'r', valueFrom: { parameter: '{{steps.call.outputs.result}}' } }] },
          steps: [[{ name: 'call', template: 'call', arguments: { parameters: [{ name: 'path', value: 'a"b' }] } }]],
        },
        call(
          { url: `${URL}{{inputs.parameters.path}}/{{workflow.name}}` },
          { inputs: { parameters: [{ name: 'path' }] } },
        ),
      ]),
    );
    run.world.requests.script = (command) => {
      if (command.type === 'SendHttp') urls.push(command.request.url);
      return { body: 'hi' };
    };
    run.run();
    expect(urls).toEqual([`${URL}a"b/wf`]);
    expect(run.node('wf').outputs?.parameters?.[0]?.value).toBe('hi');
  });
});

describe('a plugin template', () => {
  const plugin: Template = { name: 'call', plugin: { slack: { text: 'hi' } } };

  it('ends as the plugin says', () => {
    const run = simulate(plugin, { phase: 'Succeeded', message: 'posted', outputs: { result: '7' } });
    expect(run.run()).toBe('Succeeded');
    expect(run.node('wf[0].call')).toMatchObject({
      type: 'Plugin',
      phase: 'Succeeded',
      message: 'posted',
      outputs: { result: '7' },
    });
    const failed = simulate(plugin, { phase: 'Failed', message: 'no channel' });
    failed.run();
    expect(failed.message).toBe(`child '${failed.node('wf[0].call').id}' failed`);
  });

  it('is asked again by a restarted controller', () => {
    const run = simulate(plugin, { phase: 'Succeeded', afterMs: 5000 });
    run.run((state) => [...state.nodes.values()].some(({ type, phase }) => type === 'Plugin' && phase === 'Running'));
    run.restart();
    run.world.requests.forget();
    expect(run.run()).toBe('Succeeded');
    expect([...run.world.requests.sent.values()]).toEqual([2]);
  });
});
