import { describe, expect, it } from '@jest/globals';
import type { Prometheus, Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { MetricUpdate } from '../model/metric-update.js';
import { container, workflow } from '../testing/builders.js';
import type { PodOutcome } from '../testing/scripted-world.js';
import { WorkflowSimulation } from '../testing/workflow-simulation.js';

const START = Date.UTC(2026, 0, 1);
const metric = (name: string, more: Partial<Prometheus>): Prometheus => ({ name, help: 'of a test', ...more });

function metricsOf(templates: Template[], outcome: PodOutcome = {}, spec: WorkflowSpec = {}): WorkflowSimulation {
  const run = new WorkflowSimulation(workflow(templates, spec), () => outcome);
  run.run();
  return run;
}
const changes = ({ metrics }: WorkflowSimulation): [string, MetricUpdate['change']][] =>
  metrics.map(({ name, change }) => [name, change]);

describe('metrics of a template', () => {
  it('are told once, when the node is over, with its own variables', () => {
    const prometheus = [
      metric('runs', { counter: { value: '1' }, labels: [{ key: 'status', value: '{{status}}' }] }),
      metric('took', { gauge: { value: '{{duration}}' } }),
      metric('took_spread', { histogram: { value: '{{duration}}', buckets: [5, 1] } }),
      metric('found', { gauge: { value: '{{outputs.parameters.n}}', operation: 'Add' } }),
      metric('said', { gauge: { value: '{{outputs.result}}' } }),
      metric('cpu', { counter: { value: '{{resourcesDuration.cpu}}' } }),
    ];
    const run = metricsOf([container('main', { metrics: { prometheus } })], { parameters: { n: '7' }, result: '3' });
    expect(changes(run)).toEqual([
      ['runs', { kind: 'counter', value: 1 }],
      ['took', { kind: 'gauge', value: 2, operation: 'Set' }],
      ['took_spread', { kind: 'histogram', value: 2, buckets: [1, 5] }],
      ['found', { kind: 'gauge', value: 7, operation: 'Add' }],
      ['said', { kind: 'gauge', value: 3, operation: 'Set' }],
      ['cpu', { kind: 'counter', value: 1 }],
    ]);
    expect(run.metrics[0]?.labels).toEqual([{ key: 'status', value: 'Succeeded' }]);
  });

  it('are told where `when` holds', () => {
    const prometheus = ['Failed', 'Succeeded'].map((phase) =>
      metric(`was_${phase}`, { counter: { value: '1' }, when: `{{status}} == ${phase}` }),
    );
    const run = metricsOf([container('main', { metrics: { prometheus } })], { phase: 'Failed', exitCode: 3 });
    expect(run.metrics.map(({ name }) => name)).toEqual(['was_Failed']);
  });

  it('that grow with time are told at the start and at the end', () => {
    const prometheus = [metric('runs_for', { gauge: { value: '{{duration}}', realtime: true } })];
    expect(changes(metricsOf([container('main', { metrics: { prometheus } })]))).toEqual([
      ['runs_for', { kind: 'realtime', since: START, until: null }],
      ['runs_for', { kind: 'realtime', since: START, until: START + 2000 }],
    ]);
  });

  it('are told of steps, of each attempt that was made up for, and of what came of all', () => {
    const prometheus = [
      metric('ended', { counter: { value: '1' }, labels: [{ key: 'node', value: '{{node.name}}' }] }),
    ];
    const run = metricsOf(
      [
        { name: 'main', steps: [[{ name: 'a', template: 'flaky' }]], metrics: { prometheus } },
        container('flaky', { retryStrategy: { limit: 1 }, metrics: { prometheus } }),
      ],
      { phase: 'Failed' },
    );
    expect(run.metrics.map(({ labels }) => labels[0]?.value)).toEqual(['wf[0].a(0)', 'wf[0].a', 'wf']);
  });

  it('are told as often as a retried template was run', () => {
    const labels = [
      { key: 'code', value: '{{exitCode}}' },
      { key: 'status', value: '{{status}}' },
    ];
    const prometheus = [metric('runs', { counter: { value: '1' }, labels })];
    const told = (outcomes: readonly PodOutcome[]): string[] => {
      let tries = 0;
      const flaky = container('main', { retryStrategy: { limit: 2 }, metrics: { prometheus } });
      const run = new WorkflowSimulation(workflow([flaky]), () => outcomes[tries++] ?? {});
      run.run();
      return run.metrics.map((update) => update.labels.map(({ value }) => value).join(' '));
    };
    const fails: PodOutcome = { phase: 'Failed', exitCode: 3 };
    expect(told([])).toEqual(['0 Succeeded']);
    expect(told([fails])).toEqual(['3 Failed', '0 Succeeded']);
    expect(told([fails, fails, fails])).toEqual(['3 Failed', '3 Failed', '3 Failed']);
  });

  it('are told once though the controller starts anew', () => {
    const prometheus = [metric('runs', { counter: { value: '1' } })];
    const run = new WorkflowSimulation(
      workflow([
        { name: 'main', steps: [[{ name: 'a', template: 'counted' }], [{ name: 'b', template: 'plain' }]] },
        container('counted', { metrics: { prometheus } }),
        container('plain'),
      ]),
    );
    run.run(({ nodes }) => [...nodes.values()].some(({ name }) => name === 'wf[1].b'));
    run.restart();
    run.run();
    expect(run.metrics).toHaveLength(1);
  });
});

describe('metrics of a workflow', () => {
  it('are told at its end; those that grow with time at its start as well', () => {
    const prometheus = [
      metric('total', { counter: { value: '1' }, labels: [{ key: 'phase', value: '{{workflow.status}}' }] }),
      metric('age', { gauge: { value: '{{workflow.duration}}', realtime: true } }),
    ];
    const run = metricsOf([container('main')], {}, { metrics: { prometheus } });
    expect(changes(run)).toEqual([
      ['age', { kind: 'realtime', since: START, until: null }],
      ['total', { kind: 'counter', value: 1 }],
      ['age', { kind: 'realtime', since: START, until: START + 2000 }],
    ]);
    expect(run.metrics[1]?.labels).toEqual([{ key: 'phase', value: 'Succeeded' }]);
  });
});

describe('a metric that cannot be told', () => {
  it.each<[string, Partial<Prometheus>, string]>([
    ['bad-name', { counter: { value: '1' } }, "metric name 'bad-name' is invalid"],
    ['text', { gauge: { value: 'many' } }, "metric 'text': value 'many' is not a number"],
    ['helpless', { help: '', counter: { value: '1' } }, "metric 'helpless' must contain a help string"],
    ['live', { gauge: { value: '{{status}}', realtime: true } }, "'status' is not available as a real time metric"],
    ['down', { counter: { value: '-1' } }, "metric 'down': a counter cannot go down by 1"],
  ])('%s leaves a condition, and the run goes on', (name, more, message) => {
    const run = metricsOf([container('main')], {}, { metrics: { prometheus: [metric(name, more)] } });
    expect(run.state.status.phase).toBe('Succeeded');
    expect(run.metrics).toEqual([]);
    const condition = run.state.status.conditions?.find(({ type }) => type === 'MetricsError');
    expect(condition?.message).toContain(message);
  });
});
