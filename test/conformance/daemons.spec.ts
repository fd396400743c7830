import { attempts, fails, hangs, succeeds, vanishes } from '@argosy/sdk/testing';
import type { SimulatedRun } from '@argosy/sdk/testing';
import { begin, lines, phases, play, said } from './play.js';

/** A database that runs until it is told to end, and a step that talks to it. */
const STEPS = (more = '', ofSteps = ''): string => `
  main:
    ${ofSteps}
    steps:
      - [{ name: db, template: db }]
      - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.db.ip}}" }] } }]
  db: { daemon: true, container: { image: x }${more} }`;
const DB = hangs({ ready: '5s' });

const running = (run: SimulatedRun): string[] =>
  run.nodes.filter(({ type, phase }) => type === 'Pod' && phase === 'Running').map(({ displayName }) => displayName);

describe('a daemon', () => {
  it('is waited for until it is ready, and then runs beside the steps that follow', () => {
    const run = begin(STEPS(), { db: DB, t: succeeds({ runs: '1m' }) });
    expect(phases(run.at('5s'))).toEqual({ db: 'Pending' });
    expect(phases(run.at('10s'))).toEqual({ db: 'Running', t: 'Running' });
    expect(run.node('[0]').phase).toBe('Succeeded');
    expect(run.workflow.status?.nodes?.[run.node('db').id]).toMatchObject({ daemoned: true });
  });

  it('tells the others its address', () => {
    const run = play(STEPS(), { db: DB });
    expect(said(run).t).toBe('10.0.0.1');
  });

  it('is ended when the steps around it are over, and has then succeeded', () => {
    const run = play(STEPS(), { db: DB });
    expect(run.tree).toEqual(
      lines(`
        wf: Steps Succeeded -> [0]
        [0]: StepGroup Succeeded -> [0].db
        [0].db: Pod Succeeded -> [1]
        [1]: StepGroup Succeeded -> [1].t
        [1].t: Pod Succeeded`),
    );
    expect(run.progress).toBe('2/2');
    expect(run.workflow.status?.nodes?.[run.node('db').id]).not.toHaveProperty('daemoned');
  });

  it('is ended as well when the steps fail', () => {
    const run = play(STEPS(), { db: DB, t: fails() });
    expect(run.phase).toBe('Failed');
    expect(phases(run)).toEqual({ db: 'Succeeded', t: 'Failed' });
  });

  it('belongs to the template that calls it, and ends before what comes after that', () => {
    const run = begin(
      `
      main: { steps: [[{ name: sub, template: sub }], [{ name: after, template: c }]] }
      sub: { steps: [[{ name: db, template: db }], [{ name: use, template: c }]] }
      db: { daemon: true, container: { image: x } }`,
      { db: DB, after: succeeds({ runs: '1h' }) },
    ).at('1m');
    expect(running(run)).toEqual(['after']);
    expect(run.node('db').finishedAfter).toBe(run.node('use').finishedAfter);
  });

  it('stays while a person is waited for', () => {
    const run = begin(
      `
      main: { steps: [[{ name: db, template: db }], [{ name: ok, template: wait }], [{ name: t, template: c }]] }
      db: { daemon: true, container: { image: x } }`,
      { db: DB },
    ).at('24h');
    expect(running(run)).toEqual(['db']);
    expect(run.resume().finish().phase).toBe('Succeeded');
    expect(running(run)).toEqual([]);
  });

  it('has no outputs as long as it runs: who asks for one gets an error', () => {
    const run = play(
      `
      main:
        steps:
          - [{ name: db, template: db }]
          - [{ name: t, template: say, arguments: { parameters: [{ name: m, value: "{{steps.db.outputs.parameters.v}}" }] } }]
      db: { daemon: true, container: { image: x }, outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] } }`,
      { db: DB },
    );
    expect(run.phase).not.toBe('Succeeded');
    expect(said(run).t).toBeUndefined();
  });
});

describe('a daemon in a DAG', () => {
  it('satisfies a bare name and `Daemoned`, but has not succeeded', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: db, template: db }
            - { name: bare, template: c, depends: db }
            - { name: named, template: c, depends: db.Daemoned }
            - { name: never, template: c, depends: db.Succeeded }
      db: { daemon: true, container: { image: x } }`,
      { db: DB },
    );
    expect(phases(run)).toEqual({ db: 'Succeeded', bare: 'Succeeded', named: 'Succeeded', never: 'Omitted' });
  });

  it('tells its address to all that come after it, however far', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: db, template: db }
            - { name: fill, template: c, dependencies: [db] }
            - { name: t, template: say, dependencies: [fill], arguments: { parameters: [{ name: m, value: "{{tasks.db.ip}}" }] } }
      db: { daemon: true, container: { image: x } }`,
      { db: DB },
    );
    expect(said(run).t).toBe('10.0.0.1');
  });

  it('ends when all other tasks are over', () => {
    const run = play(
      `
      main: { dag: { tasks: [{ name: db, template: db }, { name: a, template: c }, { name: b, template: d }] } }
      db: { daemon: true, container: { image: x } }`,
      { db: DB, a: succeeds({ runs: '10s' }), b: succeeds({ runs: '1m' }) },
    );
    expect(run.node('db').finishedAfter).toBe(run.node('b').finishedAfter);
    expect(run.phase).toBe('Succeeded');
  });
});

describe('several daemons', () => {
  it('of a loop are all waited for, and all ended', () => {
    const run = play(
      `
      main: { steps: [[{ name: db, template: db, withItems: [a, b] }], [{ name: t, template: c }]] }
      db: { daemon: true, container: { image: x } }`,
      { 'db(0:a)': hangs({ ready: '3s' }), 'db(1:b)': hangs({ ready: '30s' }) },
    );
    expect(run.node('t').startedAfter).toBe(31);
    expect(phases(run)).toEqual({ 'db(0:a)': 'Succeeded', 'db(1:b)': 'Succeeded', t: 'Succeeded' });
  });
});

describe('a daemon that ends by itself', () => {
  it('before it is ready has failed, however well it ended', () => {
    const run = play(STEPS(), { db: succeeds({ runs: '3s', ready: '1m' }) });
    expect(phases(run)).toEqual({ db: 'Failed' });
    expect(run.phase).toBe('Failed');
  });

  it('is replaced by its retry strategy, while what uses it goes on', () => {
    const run = play(STEPS(', retryStrategy: { limit: 2 }'), {
      db: attempts(fails({ runs: '20s' }), DB),
      t: succeeds({ runs: '1m' }),
    });
    expect(run.phase).toBe('Succeeded');
    expect(phases(run)).toEqual({ 'db(0)': 'Failed', 'db(1)': 'Succeeded', t: 'Succeeded' });
  });

  it('and is lost with its machine is replaced where errors are retried', () => {
    const run = play(STEPS(', retryStrategy: { limit: 2, retryPolicy: Always }'), {
      db: attempts(vanishes({ runs: '20s' }), DB),
      t: succeeds({ runs: '1m' }),
    });
    expect(run.node('[0].db(0)')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
    expect(phases(run)).toMatchObject({ 'db(1)': 'Succeeded', t: 'Succeeded' });
  });
});

describe('daemons and limits', () => {
  it('one that is up takes no place', () => {
    expect(play(STEPS(), { db: DB }, { spec: '{ parallelism: 1 }' }).phase).toBe('Succeeded');
    expect(play(STEPS('', 'parallelism: 1'), { db: DB }).phase).toBe('Succeeded');
  });

  it('its own timeout counts until it is up', () => {
    expect(play(STEPS(', timeout: 10s'), { db: DB, t: succeeds({ runs: '1h' }) }).phase).toBe('Succeeded');
    const late = play(STEPS(', timeout: 4s'), { db: DB });
    expect(late.node('db')).toMatchObject({ phase: 'Failed', message: 'timeout' });
  });

  it('the deadline of the run ends it with everything else', () => {
    const run = play(STEPS(), { db: DB, t: hangs() }, { spec: '{ activeDeadlineSeconds: 60 }' });
    expect(run.phase).toBe('Failed');
    expect(running(run)).toEqual([]);
  });

  it('stopping or terminating the run ends it', () => {
    for (const verb of ['stop', 'terminate'] as const) {
      const run = begin(STEPS(), { db: DB, t: hangs() }).at('1m')[verb]().finish();
      expect(run.message).toContain(`strategy '${verb === 'stop' ? 'Stop' : 'Terminate'}'`);
      expect(running(run)).toEqual([]);
    }
  });
});

describe('a daemon that nothing uses', () => {
  it('as the entry is over as soon as it is up', () => {
    const run = play('main: { daemon: true, container: { image: x } }', { main: DB });
    expect(run.tree).toEqual(['wf: Pod Succeeded']);
    expect(run.elapsed).toBe(6);
  });
});

describe('retrying a run', () => {
  it('starts a daemon again that a failed step needs', () => {
    const run = play(STEPS(), { db: DB, t: attempts(fails(), succeeds()) });
    expect(run.retry().finish().phase).toBe('Succeeded');
    expect(run.pods.map(({ displayName }) => displayName)).toEqual(['db', 't', 'db', 't']);
  });
});
