import { attempts, fails, succeeds } from '@argosy/sdk/testing';
import { begin, play } from './play.js';

const NIGHTLY = 'labels: { workflows.argoproj.io/cron-workflow: nightly }';
const TEMPLATES = `
  main:
    steps:
      - [{ name: build, template: tried }]
      - [{ name: test, template: c, withItems: [x, y] }]
  tried: { retryStrategy: { limit: 1 }, container: { image: x } }`;
const PODS = { build: attempts(fails({ runs: '9s' }), succeeds({ runs: '19s' })), test: succeeds({ runs: '4.9s' }) };
const earlier = play(TEMPLATES, PODS, { metadata: `{ name: nightly-1, ${NIGHTLY} }` }).workflow;

describe('how long a run will take', () => {
  it('is what the last success of the same origin took, and so for each of its nodes', () => {
    const run = play(TEMPLATES, {}, { metadata: `{ name: nightly-1767225600, ${NIGHTLY} }`, earlier });
    expect(run.workflow.status).toMatchObject({ phase: 'Succeeded', estimatedDuration: 35 });
    const estimates = run.nodes.map(({ name, status }) => [name.replace(/^nightly-\d+/, ''), status.estimatedDuration]);
    expect(Object.fromEntries(estimates)).toEqual({
      '': 35,
      '[0]': 30,
      '[0].build': 30,
      // The first attempt of the earlier run failed, and says all the same how long an attempt takes.
      '[0].build(0)': 10,
      '[1]': 5,
      '[1].test(0:x)': 5,
      '[1].test(1:y)': 5,
    });
  });

  it('is told as it begins', () => {
    const run = begin(TEMPLATES, {}, { metadata: NIGHTLY, earlier });
    expect(run.workflow.status?.estimatedDuration).toBe(35);
    expect(run.node('build(0)').status).toMatchObject({ phase: 'Pending', estimatedDuration: 10 });
  });

  it('is not known of nodes that were not there, or took no time', () => {
    const run = play(
      'main: { steps: [[{ name: other, template: c }, { name: build, template: c }]] }',
      {},
      {
        metadata: NIGHTLY,
        earlier,
      },
    );
    expect(run.node('other').status).not.toHaveProperty('estimatedDuration');
    const instantly = begin(
      'main: { container: { image: x } }',
      { main: succeeds({ pending: 0, runs: 0 }) },
      {
        metadata: NIGHTLY,
      },
    );
    const quick = instantly.finish().workflow;
    const next = play('main: { container: { image: x } }', {}, { metadata: NIGHTLY, earlier: quick });
    expect(next.workflow.status).not.toHaveProperty('estimatedDuration');
  });

  it('is not known of a run that was made from nothing others are made from', () => {
    const run = play(TEMPLATES, {}, { earlier });
    expect(run.workflow.status).not.toHaveProperty('estimatedDuration');
    expect(run.nodes.some(({ status }) => status.estimatedDuration !== undefined)).toBe(false);
  });

  it('is known of what a template runs, whose label the run gets as it begins', () => {
    const library = { t: 'main: { container: { image: x } }' };
    const refers = { spec: '{ entrypoint: main, templates: null, workflowTemplateRef: { name: t } }', library };
    const first = play('{}', { main: succeeds({ runs: '59s' }) }, refers).workflow;
    expect(play('{}', {}, { ...refers, earlier: first }).workflow.status?.estimatedDuration).toBe(60);
  });
});
