import { attempts, errors, fails, succeeds } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import type { SimulatedRun } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

/** A retried container as the entry. */
const retried = (strategy: string, args = ''): string =>
  `main: { retryStrategy: { ${strategy} }, container: { image: x, args: ["${args}"] } }`;
const tries = (run: SimulatedRun): number => run.pods.length;
/** When each attempt started, in seconds. */
const starts = (run: SimulatedRun): (number | null)[] =>
  run.nodes.filter(({ name }) => name.startsWith('wf(')).map(({ startedAfter }) => startedAfter);

describe('retryStrategy', () => {
  it('wraps the call in a Retry node; each attempt is a node below it', () => {
    const run = play(retried('limit: 3'), { main: attempts(fails(), fails(), succeeds({ result: 'ok' })) });
    expect(run.tree).toEqual(
      lines(`
        wf: Retry Succeeded -> (0), (1), (2)
        (0): Pod Failed (main: Error (exit code 1))
        (1): Pod Failed (main: Error (exit code 1))
        (2): Pod Succeeded`),
    );
    expect(run.node('wf').outputs.result).toBe('ok');
    expect(run.phase).toBe('Succeeded');
  });

  it('a first attempt that succeeds has no message and no second one', () => {
    const run = play(retried('limit: 3'));
    expect(run.tree).toEqual(['wf: Retry Succeeded -> (0)', '(0): Pod Succeeded']);
    expect(run.node('(0)').status.nodeFlag).toEqual({ retried: true });
  });

  it.each([
    ['limit: 2', 3],
    ['limit: "2"', 3],
    ['limit: 0', 1],
  ])('%s allows %i attempts', (limit, count) => {
    const run = play(retried(limit), { main: fails() });
    expect(tries(run)).toBe(count);
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: 'No more retries left' });
    expect(run.message).toBe('No more retries left');
  });

  it('without a limit tries until it succeeds', () => {
    const run = play(retried(''), {
      main: attempts(...(Array.from({ length: 20 }, () => fails()) as [ReturnType<typeof fails>]), succeeds()),
    });
    expect(tries(run)).toBe(21);
    expect(run.phase).toBe('Succeeded');
  });

  it('the limit may be a tag', () => {
    const run = play(
      `main: { inputs: { parameters: [{ name: n, default: "1" }] }, retryStrategy: { limit: "{{inputs.parameters.n}}" }, container: { image: x } }`,
      { main: fails() },
    );
    expect(tries(run)).toBe(2);
  });

  it.each([
    ['(default)', 'Failed', true],
    ['(default)', 'Error', false],
    ['OnFailure', 'Failed', true],
    ['OnFailure', 'Error', false],
    ['OnError', 'Failed', false],
    ['OnError', 'Error', true],
    ['Always', 'Failed', true],
    ['Always', 'Error', true],
    ['OnTransientError', 'Failed', false],
    ['OnTransientError', 'Error', false],
    ['OnTransientError', 'transient Failed', true],
    ['OnTransientError', 'transient Error', true],
  ])('policy %s after %s: tried again %s', (policy, how, again) => {
    const message = how.startsWith('transient') ? 'dial tcp: i/o timeout' : 'no such file';
    const outcome = how.endsWith('Failed') ? fails({ message }) : errors({ message });
    const run = play(retried(`limit: 1${policy === '(default)' ? '' : `, retryPolicy: ${policy}`}`), { main: outcome });
    expect(tries(run)).toBe(again ? 2 : 1);
    // Not tried again, the message is that of the attempt.
    expect(run.node('wf').message).toBe(again ? 'No more retries left' : message);
    expect(run.node('wf').phase).toBe(how.endsWith('Failed') ? 'Failed' : 'Error');
  });

  it('the phase is that of the last attempt', () => {
    const run = play(retried('limit: 1, retryPolicy: Always'), { main: attempts(fails(), errors()) });
    expect(run.node('wf').phase).toBe('Error');
    expect(run.phase).toBe('Error');
  });

  it('outputs and exit code are those of the last attempt, failed or not', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: r, continueOn: { failed: true } }]
          - - { name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.exitCode}} {{steps.a.status}} {{steps.a.outputs.parameters.v}}" }] } }
      r: { retryStrategy: { limit: 1 }, container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }`,
      { a: attempts(fails({ exitCode: 3 }), fails({ exitCode: 4, parameters: { v: 'last' } })) },
    );
    expect(said(run).t).toBe('4 Failed last');
    expect(run.node('a').outputs).toMatchObject({ exitCode: '4', parameters: { v: 'last' } });
  });

  it('{{steps.a.id}} of a retried step is the id of its last attempt', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: a, template: r }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.a.id}}" }] } }]
      r: { retryStrategy: { limit: 1 }, container: { image: x } }`,
      { a: attempts(fails(), succeeds()) },
    );
    expect(said(run).t).toBe(run.node('a(1)').id);
  });

  it('holds for steps and DAGs too: each attempt runs all of it again', () => {
    const run = play(
      `
      main: { retryStrategy: { limit: 1 }, steps: [[{ name: a, template: c }], [{ name: b, template: c }]] }`,
      { b: attempts(fails(), succeeds()) },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: Retry Succeeded -> (0), (1)
        (0): Steps Failed (child '(0)[1].b' failed) -> (0)[0]
        (0)[0]: StepGroup Succeeded -> (0)[0].a
        (0)[0].a: Pod Succeeded -> (0)[1]
        (0)[1]: StepGroup Failed (child '(0)[1].b' failed) -> (0)[1].b
        (0)[1].b: Pod Failed (main: Error (exit code 1))
        (1): Steps Succeeded -> (1)[0]
        (1)[0]: StepGroup Succeeded -> (1)[0].a
        (1)[0].a: Pod Succeeded -> (1)[1]
        (1)[1]: StepGroup Succeeded -> (1)[1].b
        (1)[1].b: Pod Succeeded`),
    );
  });

  it('what follows hangs below the last attempt', () => {
    const run = play(
      `
      main: { dag: { tasks: [{ name: a, template: r }, { name: b, template: c, depends: a }] } }
      r: { retryStrategy: { limit: 1 }, container: { image: x } }`,
      { a: attempts(fails(), succeeds()) },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> a
        a: Retry Succeeded -> a(0), a(1)
        a(0): Pod Failed (main: Error (exit code 1))
        a(1): Pod Succeeded -> b
        b: Pod Succeeded`),
    );
  });

  it('of the workflow holds for every template that has none, groups included', () => {
    const run = play(
      `main: { steps: [[{ name: a, template: c }]] }`,
      { a: attempts(fails(), succeeds()) },
      {
        spec: 'retryStrategy: { limit: 1 }',
      },
    );
    expect(run.tree.map((line) => line.replace(/ \(.*\)| ->.*/g, ''))).toEqual([
      'wf: Retry Succeeded',
      '(0): Steps Succeeded',
      '(0)[0]: StepGroup Succeeded',
      '(0)[0].a: Retry Succeeded',
      '(0)[0].a(0): Pod Failed',
      '(0)[0].a(1): Pod Succeeded',
    ]);
  });

  it('a template keeps its own strategy', () => {
    const run = play(retried('limit: 0'), { main: fails() }, { spec: 'retryStrategy: { limit: 5 }' });
    expect(tries(run)).toBe(1);
  });

  it('items of a loop are retried one by one', () => {
    const run = play(
      `
      main: { steps: [[{ name: a, template: r, withItems: [x, y] }]] }
      r: { retryStrategy: { limit: 1 }, container: { image: x } }`,
      { 'a(0:x)': attempts(fails(), succeeds()) },
    );
    expect(phases(run)).toEqual({ 'a(0:x)(0)': 'Failed', 'a(0:x)(1)': 'Succeeded', 'a(1:y)(0)': 'Succeeded' });
  });
});

describe('backoff', () => {
  it.each([
    ['duration: 10', [0, 12, 24, 36]],
    ['duration: "10s", factor: 2', [0, 12, 34, 76]],
    ['duration: 1m, factor: "3"', [0, 62, 244, 786]],
    ['duration: 10, factor: 2, cap: 15', [0, 12, 29, 46]],
    ['duration: 10, factor: 0', [0, 12, 24, 36]],
    ['duration: 10, factor: 1', [0, 12, 24, 36]],
  ])('%s: attempts of two seconds start at %j', (backoff, expected) => {
    expect(starts(play(retried(`limit: 3, backoff: { ${backoff} }`), { main: fails() }))).toEqual(expected);
  });

  it.each([
    ['10', 'Backoff for 10 seconds'],
    ['90', 'Backoff for 1 minutes 30 seconds'],
    ['1h', 'Backoff for 1 hours 0 minutes 0 seconds'],
  ])('of %s: while it waits the node says so', (duration, message) => {
    const run = begin(retried(`limit: 3, backoff: { duration: "${duration}" }`), { main: fails() }).at('5s');
    expect(run.node('wf')).toMatchObject({ phase: 'Running', message });
  });

  it('the message goes when the next attempt starts', () => {
    const run = begin(retried('limit: 3, backoff: { duration: 5 }'), { main: attempts(fails(), succeeds()) }).at('7s');
    expect(run.node('wf').message).toBe('');
  });

  it('without a limit nothing waits', () => {
    const run = play(retried('backoff: { duration: 1h }'), { main: attempts(fails(), fails(), succeeds()) });
    expect(starts(run)).toEqual([0, 2, 4]);
  });

  it('after the last attempt nothing waits', () => {
    const run = play(retried('limit: 1, backoff: { duration: 10 }'), { main: fails() });
    expect(run.elapsed).toBe(14);
    expect(run.message).toBe('No more retries left');
  });

  it('maxDuration counts from the first attempt; a wait that would pass it is not begun', () => {
    const run = play(retried('limit: 9, backoff: { duration: 10, factor: 2, maxDuration: 30s }'), { main: fails() });
    expect(tries(run)).toBe(2);
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: 'Backoff would exceed max duration limit' });
  });

  it('maxDuration that is over ends it', () => {
    const run = play(retried('limit: 9, backoff: { duration: 1, maxDuration: 5s }'), { main: fails({ runs: 9 }) });
    expect(tries(run)).toBe(1);
    expect(run.message).toBe('Max duration limit exceeded');
  });

  it('maxDuration is the deadline of the pods of later attempts', () => {
    const run = play(retried('limit: 1, backoff: { duration: 1, maxDuration: 1m }'), {
      main: attempts(fails(), succeeds()),
    });
    expect(run.pods.map(({ deadline }) => deadline)).toEqual([null, Date.parse('2026-01-01T00:01:00Z')]);
  });

  it.each([
    ['without a duration', '{ factor: 2 }', 'no base duration specified for retryStrategy'],
    ['with a duration that is none', '{ duration: soon }', 'soon'],
  ])('%s makes the node Error', (_what, backoff, message) => {
    const run = play(retried(`limit: 1, backoff: ${backoff}`), { main: fails() }, { validate: false });
    expect(run.node('wf').phase).toBe('Error');
    expect(run.node('wf').message).toContain(message);
    expect(run.phase).toBe('Error');
  });

  it('the order of reasons: backoff is asked before the policy, the policy before the limit', () => {
    const early = play(retried('limit: 0, retryPolicy: OnError, backoff: { duration: 10, maxDuration: 1s }'), {
      main: fails(),
    });
    expect(early.message).toBe('Max duration limit exceeded');
    const policy = play(retried('limit: 0, retryPolicy: OnError'), { main: fails() });
    expect(policy.message).toBe('main: Error (exit code 1)');
    const limit = play(retried('limit: 0, expression: "false"'), { main: fails() });
    expect(limit.message).toBe('No more retries left');
  });
});

describe('an expression', () => {
  it.each([
    ["lastRetry.exitCode == '2'", fails({ exitCode: 2 }), true],
    ["lastRetry.exitCode == '2'", fails({ exitCode: 3 }), false],
    ['asInt(lastRetry.exitCode) > 1', fails({ exitCode: 2 }), true],
    ["lastRetry.status == 'Failed'", fails(), true],
    ["lastRetry.status == 'Error'", errors(), true],
    ["lastRetry.exitCode == '-1'", errors(), true],
    ['asInt(lastRetry.duration) >= 5', fails({ runs: 9 }), true],
    ['asInt(lastRetry.duration) >= 60', fails({ runs: 9 }), false],
    ["lastRetry.message contains 'quota'", fails({ message: 'exceeded quota' }), true],
    ["lastRetry.message matches '^disk'", fails({ message: 'no disk' }), false],
    ['asInt(retries) < 1', fails(), true],
    ["lastRetry.status == 'Failed' && lastRetry.exitCode in ['1', '2']", fails(), true],
  ])('`%s` (%#): tried again %s', (expression, outcome, again) => {
    const run = play(JSON.stringify(templateWith(expression)), { main: attempts(outcome, succeeds()) });
    expect(tries(run)).toBe(again ? 2 : 1);
    if (!again) expect(run.message).toBe('retryStrategy.expression evaluated to false');
  });

  it('alone makes the policy Always', () => {
    expect(tries(play(JSON.stringify(templateWith('true')), { main: attempts(errors(), succeeds()) }))).toBe(2);
  });

  it('that gives no boolean makes the node Error', () => {
    const run = play(JSON.stringify(templateWith('1 + 1')), { main: fails() }, { validate: false });
    expect(run.node('wf').phase).toBe('Error');
  });

  it('counts attempts: retries is 0 after the first one', () => {
    const run = play(JSON.stringify(templateWith('asInt(retries) < 2')), { main: fails() });
    expect(tries(run)).toBe(3);
  });
});
const templateWith = (expression: string): object => ({
  main: { retryStrategy: { limit: 5, expression }, container: { image: 'x' } },
});

describe('variables of an attempt', () => {
  it.each([
    ['{{retries}}', ['0', '1', '2']],
    ['{{lastRetry.exitCode}}', ['0', '3', '3']],
    ['{{lastRetry.status}}', ['', 'Failed', 'Failed']],
    ['{{lastRetry.duration}}', ['0', '2', '2']],
    ['{{lastRetry.message}}', ['', 'no disk', 'no disk']],
    ["{{= asInt(retries) == 0 ? 'cold' : 'warm'}}", ['cold', 'warm', 'warm']],
    ['{{= asInt(lastRetry.exitCode) + asInt(retries)}}', ['0', '4', '5']],
    ["{{= node.name + '/' + retries }}", ['wf(0)/0', 'wf(1)/1', 'wf(2)/2']],
    ["{{= pod.name startsWith 'wf-main-' && retries != '' }}", ['true', 'true', 'true']],
  ])('%s', (tag, expected) => {
    const run = play(retried('limit: 2', tag), { main: fails({ exitCode: 3, message: 'no disk' }) });
    expect(run.pods.map(({ template }) => template.container?.args?.[0])).toEqual(expected);
  });

  it('about which an expression fails end the call', () => {
    const number = "{{= asInt(lastRetry.message == '' ? '1' : lastRetry.message) }}";
    const run = play(retried('retryPolicy: Always', number), { main: fails({ message: 'no number' }) });
    expect(run.tree).toEqual([
      'wf: Retry Error (invalid operation: int("no number")) -> (0)',
      '(0): Pod Failed (no number)',
    ]);
    expect(run.phase).toBe('Error');
  });

  it('stand in expressions beside the inputs of the template, and in the question for another attempt', () => {
    const run = play(
      `main:
        inputs: { parameters: [{ name: mem, value: '64' }] }
        retryStrategy: { limit: 5, expression: 'asInt(retries) * 32 < asInt(inputs.parameters.mem)' }
        container: { image: x, args: ['{{= (asInt(retries) + 1) * asInt(inputs.parameters.mem) }}Mi'] }`,
      { main: fails() },
    );
    expect(run.pods.map(({ template }) => template.container?.args?.[0])).toEqual(['64Mi', '128Mi', '192Mi']);
  });
});

describe('hosts', () => {
  it('nodeAntiAffinity keeps later attempts off the hosts of earlier ones', () => {
    const run = play(retried('limit: 2, affinity: { nodeAntiAffinity: {} }'), {
      main: attempts(fails({ host: 'h1' }), fails({ host: 'h2' }), succeeds()),
    });
    expect(run.pods.map(({ avoidHosts }) => avoidHosts)).toEqual([[], ['h1'], ['h1', 'h2']]);
  });
});

describe('the end of the run', () => {
  const pods: PodScripts = { main: fails() };

  it('stop: what waits for its next attempt fails', () => {
    const run = begin(retried('limit: 9, backoff: { duration: 1h }'), pods).at('1m').stop().finish();
    expect(run.node('wf')).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Stop'" });
    expect(tries(run)).toBe(1);
  });

  it('the deadline: what waits for its next attempt fails', () => {
    const run = play(retried('limit: 9, backoff: { duration: 1h }'), pods, { spec: 'activeDeadlineSeconds: 60' });
    expect(run.node('wf').message).toBe('retry exceeded workflow deadline 2026-01-01 00:01:00 +0000 UTC');
    expect(run.elapsed).toBe(60);
  });

  it('suspended: the next attempt waits until the run goes on', () => {
    const run = begin(retried('limit: 1, backoff: { duration: 5 }'), { main: attempts(fails(), succeeds()) }).at('1s');
    run.suspend().at('1m');
    expect(tries(run)).toBe(1);
    expect(run.resume().finish().phase).toBe('Succeeded');
  });

  it('a restart in between neither loses nor repeats an attempt', () => {
    const run = begin(retried('limit: 3, backoff: { duration: 10 }'), { main: attempts(fails(), succeeds()) }).at('5s');
    run.restart().at('11s').restart().finish();
    expect(starts(run)).toEqual([0, 12]);
    expect(tries(run)).toBe(2);
  });
});
