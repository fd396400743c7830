import type { Workflow } from '@argosy/workflow-spec';
import {
  attempts,
  errors,
  fails,
  hangs,
  ManifestError,
  RequestRefused,
  responds,
  simulate,
  start,
  succeeds,
  vanishes,
  verdict,
} from './index.js';
import type { RequestScripts } from './index.js';

const pipeline = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: build- }
spec:
  entrypoint: main
  arguments: { parameters: [{ name: size, value: "1" }] }
  templates:
    - name: main
      steps:
        - [{ name: build, template: work, arguments: { parameters: [{ name: size, value: "{{workflow.parameters.size}}" }] } }]
        - - name: test
            template: work
            arguments: { parameters: [{ name: size, value: "{{item}}-{{steps.build.outputs.parameters.v}}" }] }
            withItems: [a, b]
            continueOn: { failed: true }
        - [{ name: flaky, template: flaky }]
    - name: work
      inputs: { parameters: [{ name: size }] }
      container: { image: x, args: ["{{inputs.parameters.size}}"] }
      outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] }
    - name: flaky
      retryStrategy: { limit: 2 }
      container: { image: x }
`;
const approval = (duration = '') => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: ask }
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - [{ name: approve, template: wait }]
        - [{ name: deploy, template: work }]
    - name: wait
      suspend: { ${duration} }
      outputs: { parameters: [{ name: ok, valueFrom: { supplied: {}, default: "no" } }] }
    - name: work
      container: { image: x }
`;

describe('simulate', () => {
  it('runs a workflow against scripted pods and shows its tree', () => {
    const run = simulate(pipeline, {
      parameters: { size: 3 },
      pods: {
        build: succeeds({ parameters: { v: '7' } }),
        'test(0:a)': fails({ exitCode: 2 }),
        flaky: attempts(fails(), succeeds()),
      },
    });
    expect(run.phase).toBe('Succeeded');
    expect(run.tree).toEqual([
      'wf: Steps Succeeded -> [0]',
      '[0]: StepGroup Succeeded -> [0].build',
      '[0].build: Pod Succeeded -> [1]',
      '[1]: StepGroup Succeeded -> [1].test(0:a), [1].test(1:b)',
      '[1].test(0:a): Pod Failed (main: Error (exit code 2)) -> [2]',
      '[1].test(1:b): Pod Succeeded -> [2]',
      '[2]: StepGroup Succeeded -> [2].flaky',
      '[2].flaky: Retry Succeeded -> [2].flaky(0), [2].flaky(1)',
      '[2].flaky(0): Pod Failed (main: Error (exit code 1))',
      '[2].flaky(1): Pod Succeeded',
    ]);
    expect(run.node('build').outputs.parameters).toEqual({ v: '7' });
    expect(run.node('build').inputs.parameters).toEqual({ size: '3' });
    expect(run.pod('test(1:b)').template.container?.args).toEqual(['b-7']);
    expect(run.unusedScripts).toEqual([]);
  });

  it('names failed children instead of printing their ids', () => {
    const run = simulate(pipeline, { pods: { work: fails({ message: 'no disk' }), nobody: fails() } });
    expect(run.tree.slice(0, 3)).toEqual([
      "wf: Steps Failed (child '[0].build' failed) -> [0]",
      "[0]: StepGroup Failed (child '[0].build' failed) -> [0].build",
      '[0].build: Pod Failed (no disk)',
    ]);
    expect(run.message).toBe(`child '${run.node('build').id}' failed`);
    expect(run.unusedScripts).toEqual(['nobody']);
  });

  it('lets a person decide', () => {
    const run = simulate(approval());
    expect(run.phase).toBe('Running');
    run.setNode('displayName=approve', { outputParameters: { ok: 'yes' } });
    run.resume({ by: 'ann' }).finish();
    expect(run.phase).toBe('Succeeded');
    expect(run.node('approve').message).toBe('Resumed by: ann');
    expect(run.node('approve').outputs.parameters).toEqual({ ok: 'yes' });
    expect(() => run.stop()).toThrow(RequestRefused);
  });

  it('moves through virtual time', () => {
    const run = start(approval('duration: 5m'), { pods: { deploy: succeeds({ pending: '10s', runs: '1m' }) } });
    expect(run.elapsed).toBe(0);
    run.at('4m59s');
    expect(run.nodes.map(({ displayName }) => displayName)).toEqual(['ask', '[0]', 'approve']);
    run.at('5m').after('30s');
    expect(run.node('deploy')).toMatchObject({ phase: 'Running', startedAfter: 300, finishedAfter: null });
    expect(run.finish().node('deploy').finishedAfter).toBe(370);
    expect(() => run.at('1s')).toThrow('1s is over: it is 370 s');
  });

  it('stops, terminates, suspends, retries and survives a restart', () => {
    expect(start(approval()).stop().finish().message).toBe("Stopped with strategy 'Stop'");
    expect(start(approval()).terminate().finish().phase).toBe('Failed');
    const run = start(approval('duration: 10'), { pods: { deploy: attempts(errors(), succeeds()) } });
    run.suspend().at('1m');
    expect(run.node('approve').phase).toBe('Running');
    run.restart().resume().finish();
    expect(run.phase).toBe('Failed');
    expect(run.retry().finish().phase).toBe('Succeeded');
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['deploy', 'deploy']);
  });

  it('loses pods', () => {
    const lost = simulate(approval('duration: 1'), { pods: { deploy: vanishes({ runs: '1m' }) } });
    expect(lost.node('deploy')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
    const evicted = start(approval('duration: 1'), { pods: { deploy: hangs() } }).at('1m');
    expect(evicted.losePod('deploy').finish().node('deploy').phase).toBe('Error');
  });

  it('looks templates up beside the workflow', () => {
    const library = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: { name: lib }
spec:
  templates:
    - name: outer
      steps: [[{ name: in, template: inner }]]
    - name: inner
      container: { image: x }
`;
    const user = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec:
  entrypoint: main
  templates:
    - name: main
      steps: [[{ name: a, templateRef: { name: lib, template: outer } }]]
`;
    const tree = [
      'wf: Steps Succeeded -> [0]',
      '[0]: StepGroup Succeeded -> [0].a',
      '[0].a: Steps Succeeded -> [0].a[0]',
      '[0].a[0]: StepGroup Succeeded -> [0].a[0].in',
      '[0].a[0].in: Pod Succeeded',
    ];
    expect(simulate(user, { templates: library }).tree).toEqual(tree);
    expect(simulate(`${user}---${library}`).tree).toEqual(tree);
    expect(() => simulate(user, { templates: library.replace('inner }', 'ner }') })).toThrow(
      /^templates\.yaml:8:38: error/,
    );
  });
});

describe('requests', () => {
  const asking = (template: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec:
  entrypoint: main
  templates:
    - name: main
      steps: [[{ name: ask, template: asked, arguments: { parameters: [{ name: p, value: health }] } }]]
    - name: asked
      inputs: { parameters: [{ name: p }] }
      ${template}
`;
  const get = asking('http: { url: "http://example.test/{{inputs.parameters.p}}" }');

  it('are answered with nothing but 200 unless somebody says otherwise', () => {
    const run = simulate(get);
    expect(run.node('ask')).toMatchObject({ type: 'HTTP', phase: 'Succeeded', outputs: { result: '' } });
    expect(run.request('ask').template.http?.url).toBe('http://example.test/health');
    expect(run.elapsed).toBe(1);
    expect(simulate(asking('plugin: { slack: { text: hi } }')).node('ask').phase).toBe('Succeeded');
  });

  it('are answered by step, by template, try by try, or depending on what is asked', () => {
    const result = (requests: RequestScripts): string | undefined =>
      simulate(get, { requests }).node('ask').outputs.result;
    expect(result({ ask: responds({ body: 'a' }), asked: responds({ body: 'b' }) })).toBe('a');
    expect(result({ asked: responds({ body: 'b' }) })).toBe('b');
    expect(result({ ask: ({ template }) => responds({ body: template.http?.url ?? '' }) })).toContain('example.test');
    const flaky = simulate(get.replace('http:', 'retryStrategy: { limit: 1 }\n      http:'), {
      requests: { ask: attempts(responds({ statusCode: 503 }), responds({ body: 'ok' })), asc: responds() },
    });
    expect(flaky.node('ask').outputs.result).toBe('ok');
    expect(flaky.requests.map(({ displayName }) => displayName)).toEqual(['ask(0)', 'ask(1)']);
    expect(flaky.unusedScripts).toEqual(['asc']);
  });

  it('are waited for as long as the template says', () => {
    const late = { requests: { ask: responds({ after: '31s' }) } };
    expect(simulate(get, late).node('ask')).toMatchObject({
      phase: 'Failed',
      message: 'GET "http://example.test/health": no answer within 30 s',
      finishedAfter: 30,
    });
    expect(simulate(asking('http: { url: "http://x", timeoutSeconds: 40 }'), late).node('ask').finishedAfter).toBe(31);
  });

  it('end as the plugin says, or without an answer', () => {
    const plugin = asking('plugin: { slack: { text: hi } }');
    const posted = verdict({ phase: 'Succeeded', message: 'posted', result: '7', after: '1m' });
    expect(simulate(plugin, { requests: { ask: posted } }).node('ask')).toMatchObject({
      phase: 'Succeeded',
      message: 'posted',
      outputs: { result: '7' },
      finishedAfter: 60,
    });
    const refused = verdict({ phase: 'Failed', message: 'connection refused' });
    expect(simulate(get, { requests: { '*': refused } }).node('ask').message).toBe('connection refused');
    expect(() => simulate(pipeline).request('build')).toThrow('no request was made for build');
  });
});

describe('containers of a set, and daemons', () => {
  const set = (container: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec: { entrypoint: main, templates: [{ name: main, ${container} }] }
`;

  it('end each at its time', () => {
    const manifest = set('containerSet: { containers: [{ name: a, image: x }, { name: main, image: x }] }');
    const good = simulate(manifest, {
      pods: { main: succeeds({ containers: { a: { runs: '5s' }, main: { runs: 3 } } }) },
    });
    expect([good.node('a').finishedAfter, good.node('wf.main').finishedAfter, good.elapsed]).toEqual([6, 4, 6]);
    const bad = simulate(manifest, { pods: { main: fails({ containers: { a: { exitCode: 3 } } }) } });
    expect(bad.node('a')).toMatchObject({ phase: 'Failed', message: 'a: Error (exit code 3)' });
  });

  it('are up when their probe succeeds', () => {
    const run = start(set('daemon: true, container: { image: x }'), { pods: { main: hangs({ ready: '10s' }) } });
    expect(run.at('10s').phase).toBe('Running');
    expect(run.at('11s').phase).toBe('Succeeded');
  });
});

describe('a bad manifest', () => {
  const message = (manifest: string | Workflow): string => {
    try {
      simulate(manifest, { source: 'ci.yaml' });
    } catch (error) {
      if (error instanceof ManifestError) return error.message;
    }
    return 'accepted';
  };

  it('is refused with what, where and how to fix it', () => {
    expect(message(pipeline.replace('image: x }', 'imag: x }')).split('\n')[0]).toBe(
      'ci.yaml:24:20: error: unknown key "imag" (did you mean "image"?)',
    );
    expect(message(approval().replace('template: wait', 'template: wat')).split('\n')[0]).toMatch(
      /^ci\.yaml:10:39: error: .*"wat".*"wait"/,
    );
    expect(message('kind: ConfigMap\napiVersion: v1')).toContain(
      'ci.yaml:1:1: error: there is no Workflow in this text',
    );
    expect(message(`${approval()}---${approval()}`)).toContain('more than one Workflow');
  });

  it('is refused as an object too, with the path', () => {
    const workflow: Workflow = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name: 'wf' },
      spec: { entrypoint: 'man', templates: [{ name: 'main', container: { image: 'x' } }] },
    };
    expect(message(workflow)).toMatch(/^ci\.yaml: error: spec\.entrypoint: .*man/);
    expect(simulate(workflow, { validate: false }).phase).toBe('Error');
    expect(() => simulate(workflow, { validate: false }).at('soon')).toThrow('"soon" is no duration');
  });
});
