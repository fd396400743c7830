import { attempts, fails, hangs, SimulatedCluster, simulate, succeeds } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun } from '@argosy/sdk/testing';
import type { Play } from './play.js';
import { begin, lines, play, said } from './play.js';

const CACHE = 'cache: { configMap: { name: made } }';
/** A template that makes something of its input, which may be known already. */
const MAKE = `make: {
  inputs: { parameters: [{ name: of }] },
  memoize: { key: 'made-of-{{inputs.parameters.of}}', ${CACHE} },
  container: { image: x, args: ['{{inputs.parameters.of}}'] },
  outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }`.replaceAll('\n', '');
const make = (of: string, name = 'make'): string =>
  `{ name: ${name}, template: make, arguments: { parameters: [{ name: of, value: ${of} }] } }`;
const fresh = (value: string): PodScripts => ({ make: succeeds({ parameters: { v: value } }) });

/** One run after the other, in a cluster that remembers. */
const inTurn = (templates: string, options: Play = {}) => {
  const cluster = new SimulatedCluster();
  return { cluster, run: (pods: PodScripts = {}) => play(templates, pods, { ...options, cluster }) };
};
const hits = (run: SimulatedRun): Record<string, boolean | undefined> =>
  Object.fromEntries(
    run.nodes
      .filter(({ status }) => status.memoizationStatus)
      .map(({ displayName, status }) => [displayName, status.memoizationStatus?.hit]),
  );

describe('a memoized template', () => {
  const templates = `
    main: { steps: [[${make('flour')}], [{ name: use, template: say, arguments: { parameters: [{ name: m, value: '{{steps.make.outputs.parameters.v}}' }] } }]] }
    ${MAKE}`;

  it('runs the first time, and the next time is what it was, without a pod', () => {
    const { run } = inTurn(templates);
    const first = run(fresh('bread'));
    expect(hits(first)).toEqual({ make: false });
    const second = run(fresh('cake'));
    expect(second.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].make
        [0].make: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].use
        [1].use: Pod Succeeded`),
    );
    expect(hits(second)).toEqual({ make: true });
    expect(said(second)).toEqual({ use: 'bread' });
  });

  it('tells on its node which key of which cache it is', () => {
    const first = inTurn(templates).run();
    expect(first.node('make').status.memoizationStatus).toEqual({
      hit: false,
      key: 'made-of-flour',
      cacheName: 'made',
    });
  });

  it('is remembered with its outputs, the node that made them, and when they were made and asked for last', () => {
    const { cluster, run } = inTurn(templates);
    const first = run(fresh('bread'));
    cluster.at('1h');
    run();
    expect(cluster.cache('made')).toEqual({
      'made-of-flour': {
        nodeID: first.node('make').id,
        outputs: { exitCode: '0', parameters: [{ name: 'v', value: 'bread' }] },
        creationTimestamp: '2026-01-01T00:00:02Z',
        lastHitTimestamp: '2026-01-01T01:00:00Z',
      },
    });
  });

  it('is known by its key alone: other workflows and other templates find it too', () => {
    const cluster = new SimulatedCluster();
    play(templates, fresh('bread'), { cluster });
    const other = `
      main: { dag: { tasks: [{ name: bake, template: bake }] } }
      bake: { memoize: { key: made-of-flour, ${CACHE} }, script: { image: y, source: z } }`;
    const run = play(other, {}, { cluster, metadata: 'name: other' });
    expect(hits(run)).toEqual({ bake: true });
    expect(run.node('bake').outputs.parameters).toEqual({ v: 'bread' });
  });

  it('runs for every other key', () => {
    const run = inTurn(`
      main: { steps: [[${make('flour', 'a')}], [${make('rye', 'b')}], [${make('flour', 'c')}]] }
      ${MAKE}`).run(fresh('bread'));
    expect(hits(run)).toEqual({ a: false, b: false, c: true });
  });

  it('runs for every other cache', () => {
    const { cluster, run } = inTurn(templates);
    run(fresh('bread'));
    const elsewhere = play(templates.replace('name: made }', 'name: elsewhere }'), fresh('cake'), { cluster });
    expect(said(elsewhere).use).toBe('cake');
    expect(Object.keys(cluster.cache('elsewhere'))).toEqual(['made-of-flour']);
  });

  it('may have a key of the whole run', () => {
    const spec = 'arguments: { parameters: [{ name: commit, value: abc }] }';
    const { cluster, run } = inTurn(
      `main: { memoize: { key: 'commit-{{workflow.parameters.commit}}', ${CACHE} }, container: { image: x } }`,
      { spec },
    );
    run();
    expect(Object.keys(cluster.cache('made'))).toEqual(['commit-abc']);
    expect(run().pods).toEqual([]);
  });
});

describe('maxAge', () => {
  const templates = `main: { memoize: { key: k, maxAge: 1h, ${CACHE} }, container: { image: x } }`;

  it('is counted from when it was made, however often it was asked for since', () => {
    const { cluster, run } = inTurn(templates);
    run();
    const made: number[] = [];
    for (const moment of ['30m', '60m', '61m']) {
      cluster.at(moment);
      made.push(run().pods.length);
    }
    expect(made).toEqual([0, 0, 1]);
    cluster.at('2h');
    expect(run().pods).toEqual([]);
  });

  it('absent, it is never too old', () => {
    const { cluster, run } = inTurn(templates.replace('maxAge: 1h,', ''));
    run();
    cluster.at('8760h');
    expect(run().pods).toEqual([]);
  });
});

describe('what is not remembered', () => {
  const templates = `main: { memoize: { key: k, ${CACHE} }, container: { image: x } }`;

  it('is what failed, until it succeeds', () => {
    const { cluster, run } = inTurn(templates);
    expect(run({ main: fails() }).phase).toBe('Failed');
    expect(cluster.cache('made')).toEqual({});
    expect(run().pods).toHaveLength(1);
    expect(run().pods).toEqual([]);
  });

  it('is what is not through: two that begin at once both run', () => {
    const cluster = new SimulatedCluster();
    const both = ['a', 'b'].map((name) => begin(templates, { main: hangs() }, { cluster, metadata: `name: ${name}` }));
    expect(both.map(({ pods }) => pods.length)).toEqual([1, 1]);
  });

  it('unless they wait for each other by a mutex: then the second one looks when it has it', () => {
    const run = play(`
      main: { steps: [[{ name: l, template: make, withItems: [1, 2, 3] }]] }
      make: { memoize: { key: k, ${CACHE} }, synchronization: { mutexes: [{ name: m }] }, container: { image: x } }`);
    expect(hits(run)).toEqual({ 'l(0:1)': false, 'l(1:2)': true, 'l(2:3)': true });
    expect(run.pods).toHaveLength(1);
  });
});

describe('more than a pod', () => {
  it('may be memoized: steps and DAGs, with nothing in them the next time', () => {
    const { run } = inTurn(`
      main: { steps: [[{ name: whole, template: whole }], [{ name: use, template: say, arguments: { parameters: [{ name: m, value: '{{steps.whole.outputs.parameters.o}}' }] } }]] }
      whole:
        memoize: { key: whole, ${CACHE} }
        dag: { tasks: [${make('flour')}] }
        outputs: { parameters: [{ name: o, valueFrom: { parameter: '{{tasks.make.outputs.parameters.v}}' } }] }
      ${MAKE.replace(/memoize: .*?\} \} \},/, '')}`);
    expect(run(fresh('bread')).node('whole').children).toEqual(['[0].whole.make']);
    const second = run(fresh('cake'));
    expect(second.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].whole
        [0].whole: DAG Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].use
        [1].use: Pod Succeeded`),
    );
    expect(said(second)).toEqual({ use: 'bread' });
  });

  it('may be retried: only the outcome is remembered', () => {
    const { run } = inTurn(
      `main: { memoize: { key: k, ${CACHE} }, retryStrategy: { limit: 2 }, container: { image: x } }`,
    );
    expect(run({ main: attempts(fails(), succeeds()) }).pods).toHaveLength(2);
    expect(run().pods).toEqual([]);
  });

  it('follows what is remembered as if it had run: exit hooks, global outputs, results', () => {
    const { run } = inTurn(`
      main: { steps: [[{ name: a, template: a, hooks: { exit: { template: c } } }], [{ name: b, template: say, arguments: { parameters: [{ name: m, value: '{{steps.a.outputs.result}}' }] } }]] }
      a:
        memoize: { key: k, ${CACHE} }
        script: { image: x, source: y }
        outputs: { parameters: [{ name: v, globalName: g, valueFrom: { path: /v } }] }`);
    run({ a: succeeds({ result: 'said', parameters: { v: 'given' } }) });
    const second = run();
    expect(second.outputs.parameters).toEqual({ g: 'given' });
    expect(said(second)).toEqual({ 'a.onExit': undefined, b: 'said' });
  });
});

describe('what is wrong with a cache', () => {
  it.each([
    ['a key that begins with a hyphen', "key: '-k'", 'invalid cache key: -k'],
    ['a key of other signs', 'key: a/b', 'invalid cache key: a/b'],
    ['an age that is none', 'key: k, maxAge: old', 'invalid maxAge: "old" is no duration'],
  ])('%s makes the call an error', (_, memoize, message) => {
    const run = play(`main: { memoize: { ${memoize}, ${CACHE} }, container: { image: x } }`, {}, { validate: false });
    expect(run.phase).toBe('Error');
    expect(run.message).toContain(message);
    expect(run.pods).toEqual([]);
  });

  it('is told before the run where it can be', () => {
    const manifest = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: wf }
spec: { entrypoint: main, templates: [{ name: main, memoize: { key: a/b, ${CACHE} }, container: { image: x } }] }
`;
    expect(() => simulate(manifest)).toThrow('"a/b" is no valid key of a cache');
  });
});
