import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MetricChange, MetricUpdate } from '@argosy/workflow-engine';
import { instant } from '@argosy/workflow-engine';
import { ManualClock } from '../testing/manual-clock.js';
import { UserMetrics } from './user-metrics.js';

let clock: ManualClock;
let problems: string[];
let metrics: UserMetrics;
beforeEach(() => {
  clock = new ManualClock();
  problems = [];
  metrics = new UserMetrics({ clock, timeToLiveMs: 60_000, onProblem: (problem) => problems.push(problem) });
});

const update = (name: string, change: MetricChange, labels: Record<string, string> = {}): MetricUpdate => ({
  name,
  help: 'of a test',
  labels: Object.entries(labels).map(([key, value]) => ({ key, value })),
  change,
});
const lines = async (): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));

describe('metrics of workflows', () => {
  it('add up in counters, for each combination of labels', async () => {
    metrics.take([
      update('runs', { kind: 'counter', value: 1 }, { status: 'Failed' }),
      update('runs', { kind: 'counter', value: 2 }, { status: 'Failed' }),
      update('runs', { kind: 'counter', value: 4 }, { status: 'Succeeded', team: 'a' }),
    ]);
    expect(await lines()).toEqual([
      'argo_workflows_runs{status="Failed"} 3',
      'argo_workflows_runs{status="Succeeded",team="a"} 4',
    ]);
    expect(await metrics.registry.metrics()).toContain('# TYPE argo_workflows_runs counter');
  });

  it('set, add to and take from gauges', async () => {
    const gauge = (value: number, operation: 'Set' | 'Add' | 'Sub'): MetricUpdate =>
      update('level', { kind: 'gauge', value, operation });
    metrics.take([gauge(2, 'Sub'), gauge(10, 'Add'), gauge(3, 'Sub')]);
    expect(await lines()).toEqual(['argo_workflows_level 5']);
    metrics.take([gauge(1, 'Set')]);
    expect(await lines()).toEqual(['argo_workflows_level 1']);
  });

  it('fall into the buckets of histograms', async () => {
    for (const value of [0.5, 3, 20]) metrics.take([update('took', { kind: 'histogram', value, buckets: [1, 5] })]);
    expect(await lines()).toEqual([
      'argo_workflows_took_bucket{le="1"} 1',
      'argo_workflows_took_bucket{le="5"} 2',
      'argo_workflows_took_bucket{le="+Inf"} 3',
      'argo_workflows_took_sum 23.5',
      'argo_workflows_took_count 3',
    ]);
  });

  it('grow with time until their end is known', async () => {
    const since = instant(clock.now());
    metrics.take([update('age', { kind: 'realtime', since, until: null })]);
    clock.advance(90_000);
    expect(await lines()).toEqual(['argo_workflows_age 90']);
    metrics.take([update('age', { kind: 'realtime', since, until: instant(since + 95_000) })]);
    clock.advance(30_000);
    expect(await lines()).toEqual(['argo_workflows_age 95']);
  });

  it('are forgotten when nothing has touched them for as long as they are kept', async () => {
    metrics.take([update('runs', { kind: 'counter', value: 1 })]);
    clock.advance(60_001);
    expect(await lines()).toEqual([]);
  });

  it('of one name are of one type', async () => {
    metrics.take([
      update('runs', { kind: 'counter', value: 1 }),
      update('runs', { kind: 'gauge', value: 5, operation: 'Set' }),
    ]);
    expect(await lines()).toEqual(['argo_workflows_runs 1']);
    expect(problems).toEqual(['the metric runs is a counter (of a test) elsewhere']);
  });
});
