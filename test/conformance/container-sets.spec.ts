import { attempts, fails, hangs, simulate, succeeds } from '@argosy/sdk/testing';
import type { PodScripts } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

/** A step `set` of one pod in which a runs before b and c, and main after both; then a step `t` that tells its result. */
const SET = (more = ''): string => `
  main:
    steps:
      - [{ name: set, template: set }]
      - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.set.outputs.result}}" }] } }]
  set:
    containerSet:
      containers:
        - { name: a, image: x, command: [a] }
        - { name: b, image: x, command: [b], dependencies: [a] }
        - { name: c, image: x, command: [c], dependencies: [a] }
        - { name: main, image: x, command: [m], dependencies: [b, c] }
    ${more}`;
const GOOD = succeeds({
  result: 'done',
  containers: { a: { runs: '2s' }, b: { runs: '4s' }, c: { runs: '5s' }, main: { runs: '8s' } },
});

describe('a container set', () => {
  it('is one pod, with a node for each container below those it waits for', () => {
    const run = play(SET(), { set: GOOD });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].set
        [0].set: Pod Succeeded -> [0].set.a
        [0].set.a: Container Succeeded -> [0].set.b, [0].set.c
        [0].set.b: Container Succeeded -> [0].set.main
        [0].set.c: Container Succeeded -> [0].set.main
        [0].set.main: Container Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].t
        [1].t: Pod Succeeded`),
    );
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['set', 't']);
    expect(run.pod('set').template.containerSet?.containers?.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'main']);
  });

  it('as the entry hangs below the workflow itself', () => {
    const run = play('main: { containerSet: { containers: [{ name: a, image: x }, { name: b, image: x }] } }');
    expect(run.tree).toEqual(
      lines(`
        wf: Pod Succeeded -> a, b
        a: Container Succeeded
        b: Container Succeeded`),
    );
  });

  it('shows each container as far as it is', () => {
    const run = begin(SET(), { set: GOOD });
    const seen = (moment: string): Record<string, string | undefined> => {
      const { set: _set, t: _t, ...containers } = phases(run.at(moment));
      return containers;
    };
    expect(seen('0s')).toEqual({ a: 'Pending', b: 'Pending', c: 'Pending', main: 'Pending' });
    expect(seen('3s')).toEqual({ a: 'Succeeded', b: 'Running', c: 'Running', main: 'Running' });
    expect(seen('5s')).toEqual({ a: 'Succeeded', b: 'Succeeded', c: 'Running', main: 'Running' });
    expect(run.finish().node('a')).toMatchObject({ type: 'Container', finishedAfter: 3 });
  });

  it('counts in the progress with each of its containers besides its pod', () => {
    expect(play(SET(), { set: GOOD }).progress).toBe('6/6');
  });
});

describe('the outputs of a container set', () => {
  it('are those of its container main', () => {
    expect(said(play(SET(), { set: GOOD })).t).toBe('done');
    expect(play(SET(), { set: GOOD }).node('set').outputs.exitCode).toBe('0');
    expect(play(SET(), { set: GOOD }).node('[0].set.main').outputs.result).toBeUndefined();
  });

  it('may be parameters from files that its containers share', () => {
    const run = play(
      SET('outputs: { parameters: [{ name: v, valueFrom: { path: /work/v } }] }').replace(
        'outputs.result',
        'outputs.parameters.v',
      ),
      { set: succeeds({ parameters: { v: '7' } }) },
    );
    expect(said(run).t).toBe('7');
  });

  it('need a container main', () => {
    const outputs = 'outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] }';
    const main = (name: string): string =>
      `main: { containerSet: { containers: [{ name: ${name}, image: x }] }, ${outputs} }`;
    expect(play(main('main'), { main: succeeds({ parameters: { v: '1' } }) }).phase).toBe('Succeeded');
    expect(() => play(main('a'))).toThrow('main');
  });
});

describe('the inputs of a container set', () => {
  it('are told to all of its containers', () => {
    const run = play(`
      main: { steps: [[{ name: set, template: set, arguments: { parameters: [{ name: who, value: you }] } }]] }
      set:
        inputs: { parameters: [{ name: who }] }
        containerSet:
          volumeMounts: [{ name: work, mountPath: "/work/{{inputs.parameters.who}}" }]
          containers:
            - { name: main, image: x, args: ["{{inputs.parameters.who}}"] }
            - { name: other, image: x, env: [{ name: RUN, value: "{{workflow.name}}" }] }
        volumes: [{ name: work, emptyDir: {} }]`);
    expect(run.pod('set').template.containerSet).toMatchObject({
      volumeMounts: [{ mountPath: '/work/you' }],
      containers: [{ args: ['you'] }, { env: [{ value: 'wf' }] }],
    });
  });
});

describe('a container that fails', () => {
  const failing = fails({ containers: { a: { runs: '2s', exitCode: 3 }, b: { runs: '1h' }, c: { runs: '1h' } } });

  it('fails the set at once: the others are stopped', () => {
    const run = play(SET(), { set: failing });
    expect(run.phase).toBe('Failed');
    expect(run.node('a')).toMatchObject({ phase: 'Failed', message: 'a: Error (exit code 3)' });
    expect(phases(run)).toMatchObject({ set: 'Failed', b: 'Failed', c: 'Failed', main: 'Failed' });
    expect(run.elapsed).toBeLessThan(60);
  });

  it('with code 64 could not be started: an Error', () => {
    const run = play(SET(), { set: fails({ containers: { a: { exitCode: 64 } } }) });
    expect(run.node('a')).toMatchObject({ phase: 'Error', message: 'a: Error (exit code 64)' });
  });

  it('is retried within its pod by the strategy of the set', () => {
    const own = SET().replace('containers:', 'retryStrategy: { retries: 2, duration: 5s }\n      containers:');
    const run = play(own, { set: GOOD });
    expect(run.pod('set').template.containerSet?.retryStrategy).toEqual({ retries: 2, duration: '5s' });
    expect(run.nodes.map(({ type }) => type)).not.toContain('Retry');
  });

  it('is retried with all the others, in another pod, by the strategy of the template', () => {
    const run = play(SET('retryStrategy: { limit: 1 }'), { set: attempts(failing, GOOD) });
    expect(run.phase).toBe('Succeeded');
    expect(run.node('[0].set(0).a').phase).toBe('Failed');
    expect(run.node('[0].set(1).a').phase).toBe('Succeeded');
    expect(said(run).t).toBe('done');
  });

  it('is started over with its pod when a person retries the run', () => {
    const run = play(SET(), { set: attempts(failing, GOOD) });
    expect(run.retry().finish().phase).toBe('Succeeded');
    expect(phases(run)).toMatchObject({ a: 'Succeeded', main: 'Succeeded' });
  });
});

describe('the end of a container set', () => {
  it('by its timeout, by a person or by the deadline of the run is the end of all its containers', () => {
    const end = (pods: PodScripts, spec: string, more = ''): Record<string, string | undefined> =>
      phases(begin(SET(more), pods, { spec }).at('1m'));
    const all = { set: 'Failed', a: 'Failed', b: 'Failed', c: 'Failed', main: 'Failed' };
    expect(end({ set: hangs() }, '{}', 'timeout: 10s')).toMatchObject(all);
    expect(end({ set: hangs() }, '{ activeDeadlineSeconds: 10 }')).toMatchObject(all);
    expect(phases(begin(SET(), { set: hangs() }).at('5s').stop().finish())).toMatchObject(all);
  });

  it('whose pod is lost leaves what had succeeded as it was', () => {
    const run = begin(SET(), { set: GOOD }).at('30s');
    expect(phases(run)).toMatchObject({ a: 'Succeeded' });
    const lost = begin(SET(), { set: { ...GOOD, endsAfterMs: 60_000 } })
      .at('15s')
      .losePod('set')
      .finish();
    expect(lost.node('set')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
  });
});

describe('what a container set may not be', () => {
  const refusal = (set: string): string => {
    try {
      simulate(`
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec: { entrypoint: main, templates: [{ name: main, containerSet: ${set} }] }`);
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['without containers', '{ containers: [] }', /container/],
    ['with two of one name', '{ containers: [{ name: a, image: x }, { name: a, image: x }] }', /a/],
    ['with a dependency that is not there', '{ containers: [{ name: a, image: x, dependencies: [b] }] }', /b/],
    [
      'with containers that wait for each other',
      '{ containers: [{ name: a, image: x, dependencies: [b] }, { name: b, image: x, dependencies: [a] }] }',
      /cycle|each other|depend/,
    ],
  ])('%s', (_what, set, message) => {
    expect(refusal(set)).toMatch(message);
  });
});
