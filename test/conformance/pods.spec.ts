import { attempts, errors, evicted, fails, hangs, succeeds, vanishes } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun } from '@argosy/sdk/testing';
import { begin } from './play.js';
import type { Play } from './play.js';

/** Kinds of templates that run as a pod; what happens to the pod means the same for all of them. */
const KINDS = {
  container: 'container: { image: x }',
  script: 'script: { image: x, command: [sh], source: echo }',
  containerSet: 'containerSet: { containers: [{ name: main, image: x }] }',
  resource: 'resource: { action: get, manifest: "{}" }',
  data: 'data: { source: { artifactPaths: { name: a, s3: { bucket: b, key: k } } }, transformation: [{ expression: "data" }] }',
};
const TIMED = ', timeout: 30s';

const run = (kind: string, pods: PodScripts, rest = '', options: Play = {}): SimulatedRun =>
  begin(`main: { steps: [[{ name: a, template: t }]] }\nt: { ${kind}${rest} }`, pods, options);

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

describe.each(Object.entries(KINDS))('the pod of a %s that the cluster takes away before it began', (_name, kind) => {
  const gone = evicted({ message: 'The node had condition: [DiskPressure]', pending: '20s' });
  const restarting = (pods: PodScripts, rules: Play['rules'] = { failedPodRestart: { enabled: true } }, rest = '') =>
    run(kind, pods, rest, { rules });

  it('fails the step, unless the controller makes such pods again', () => {
    const failed = restarting({ a: gone }, {}).finish();
    expect(failed.node('a')).toMatchObject({ phase: 'Failed', message: 'The node had condition: [DiskPressure]' });
    expect(failed.pods).toHaveLength(1);
  });

  it('is made again, and the node waits', () => {
    const seen = restarting({ a: attempts(gone, succeeds({ pending: '1m' })) });
    seen.at('10s').restart().at('21s');
    expect(seen.node('a').status).toMatchObject({ phase: 'Pending', failedPodRestarts: 1 });
    expect(seen.node('a').status.restartingPodUID).toBe(`${seen.podObjects[0]}-1`);
    expect(seen.restart().pods).toHaveLength(2);
    expect(seen.finish().node('a').status).toMatchObject({ phase: 'Succeeded', failedPodRestarts: 1 });
    expect(seen.node('a').status).not.toHaveProperty('restartingPodUID');
    expect(seen.pods).toHaveLength(2);
  });

  it('is made again though it was seen running, as long as it ran without the step’s program', () => {
    const seen = restarting({ a: attempts(evicted({ reason: 'NodeShutdown', runs: '5s' }), succeeds()) });
    expect(seen.at('4s').node('a').phase).toBe('Running');
    expect(seen.finish().node('a')).toMatchObject({ phase: 'Succeeded' });
  });

  it('is made again three times, or as often as the controller says', () => {
    const thrice = restarting({ a: gone }).finish();
    expect(thrice.node('a').status).toMatchObject({ phase: 'Failed', failedPodRestarts: 3 });
    expect(thrice.pods).toHaveLength(4);
    const once = restarting({ a: gone }, { failedPodRestart: { enabled: true, maxRestarts: 1 } }).finish();
    expect(once.pods).toHaveLength(2);
  });

  it('leaves what ran to the retry strategy, whose attempts have restarts of their own', () => {
    const pods = { a: attempts(gone, fails(), gone, gone, succeeds()) };
    const seen = restarting(
      pods,
      { failedPodRestart: { enabled: true, maxRestarts: 2 } },
      ', retryStrategy: { limit: 1 }',
    );
    expect(seen.finish().phase).toBe('Succeeded');
    expect(seen.node('a(0)').status).toMatchObject({ phase: 'Failed', failedPodRestarts: 1 });
    expect(seen.node('a(1)').status).toMatchObject({ phase: 'Succeeded', failedPodRestarts: 2 });
  });

  it('is not made again once the run is stopped', () => {
    const seen = restarting({ a: gone }).at('10s').stop().finish();
    expect(seen.phase).toBe('Failed');
    expect(seen.pods).toHaveLength(1);
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
