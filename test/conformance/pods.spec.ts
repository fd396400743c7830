import { attempts, errors, fails, hangs, succeeds, vanishes } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun } from '@argosy/sdk/testing';
import { begin } from './play.js';

/** Kinds of templates that run as a pod; what happens to the pod means the same for all of them. */
const KINDS = {
  container: 'container: { image: x }',
  script: 'script: { image: x, command: [sh], source: echo }',
  containerSet: 'containerSet: { containers: [{ name: main, image: x }] }',
  resource: 'resource: { action: get, manifest: "{}" }',
  data: 'data: { source: { artifactPaths: { name: a, s3: { bucket: b, key: k } } }, transformation: [{ expression: "data" }] }',
};
const TIMED = ', timeout: 30s';

const run = (kind: string, pods: PodScripts, rest = ''): SimulatedRun =>
  begin(`main: { steps: [[{ name: a, template: t }]] }\nt: { ${kind}${rest} }`, pods);

describe.each(Object.entries(KINDS))('the pod of a %s', (_name, kind) => {
  it('waits, runs, succeeds', () => {
    const seen = run(kind, { a: succeeds({ pending: '5s', waits: 'Unschedulable', runs: '5s', result: 'r' }) });
    expect(seen.at('1s').node('a')).toMatchObject({ type: 'Pod', phase: 'Pending', message: 'Unschedulable' });
    expect(seen.at('6s').restart().node('a')).toMatchObject({ phase: 'Running', message: '' });
    expect(seen.finish().node('a')).toMatchObject({ phase: 'Succeeded', finishedAfter: 10 });
    expect(seen.node('a').outputs.result).toBe('r');
  });

  it.each([
    ['Succeeded', succeeds, ''],
    ['Failed', fails, 'main: Error (exit code 1)'],
    ['Error', errors, 'pod could not start'],
  ] as const)('ends %s, whether it was seen running or not', (phase, outcome, message) => {
    expect(
      run(kind, { a: outcome({ runs: '1m' }) })
        .at('10s')
        .finish()
        .node('a'),
    ).toMatchObject({ phase, message });
    expect(
      run(kind, { a: outcome({ pending: '5s', runs: 0 }) })
        .finish()
        .node('a'),
    ).toMatchObject({ phase, message });
  });

  it('is made again when it is gone before it ran, and lost when it is gone after', () => {
    const early = run(kind, { a: attempts(succeeds({ pending: '1h' }), succeeds()) })
      .at('5s')
      .losePod('a')
      .finish();
    expect(early.node('a').phase).toBe('Succeeded');
    expect(early.pods).toHaveLength(2);
    const late = run(kind, { a: vanishes({ runs: '1m' }) }).finish();
    expect(late.node('a')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
  });

  it('has a time limit, Pending or Running', () => {
    const pending = run(kind, { a: succeeds({ pending: '1h' }) }, TIMED).finish();
    expect(pending.node('a')).toMatchObject({ phase: 'Failed', message: 'timeout', finishedAfter: 30 });
    const running = run(kind, { a: hangs() }, TIMED).finish();
    expect(running.node('a')).toMatchObject({ phase: 'Failed', finishedAfter: 30 });
  });

  it('may have hooks beside it', () => {
    const seen = begin(
      `
      main: { steps: [[{ name: a, template: t, hooks: { told: { template: c, expression: "steps.a.status == 'Running'" } } }]] }
      t: { ${kind} }`,
      { a: succeeds({ runs: '1m' }) },
    ).finish();
    expect(seen.node('a.hooks.told')).toMatchObject({ phase: 'Succeeded', startedAfter: 1 });
  });
});

it('a suspended step may have hooks beside it', () => {
  const seen = begin(
    `main: { steps: [[{ name: a, template: wait, hooks: { told: { template: c, expression: "steps.a.status == 'Running'" } } }]] }`,
  ).at('1m');
  expect(seen.node('a.hooks.told').phase).toBe('Succeeded');
  expect(seen.node('a').phase).toBe('Running');
  expect(seen.resume().finish().phase).toBe('Succeeded');
});
