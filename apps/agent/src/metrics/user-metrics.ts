import type { MetricChange, MetricUpdate } from '@argosy/workflow-engine';
import type { Clock } from '@argosy/kube';
import { Registry } from 'prom-client';
import type { Metric } from 'prom-client';

/** As in Argo, so that dashboards go on working. */
const PREFIX = 'argo_workflows_';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** One combination of labels, and what is known of it. */
interface Series {
  readonly labels: Labels;
  state: MetricChange | { readonly kind: 'spread'; readonly sum: number; readonly counts: ReadonlyMap<number, number> };
  observations: number;
  touchedAt: number;
}

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly series: Map<string, Series>;
}

export interface UserMetricsOptions {
  readonly clock: Clock;
  /** A series that nothing has touched for so long is forgotten. Default: never. */
  readonly timeToLiveMs?: number;
  /** Called when an update does not fit what is known under its name. */
  readonly onProblem: (problem: string) => void;
}

/** Metrics that workflows define, for `/metrics`. In memory, as Argo keeps them. */
export class UserMetrics {
  /** Without the labels of the program: to Prometheus these are the workflows' own. */
  readonly registry = new Registry();
  private readonly families = new Map<string, Family>();

  constructor(private readonly options: UserMetricsOptions) {}

  take(updates: readonly MetricUpdate[]): void {
    for (const update of updates) this.takeOne(update);
  }

  private takeOne({ name, help, labels: pairs, change }: MetricUpdate): void {
    const type = change.kind === 'realtime' ? 'gauge' : change.kind;
    const family = this.familyOf(name, help, type);
    if (family.type !== type || family.help !== help)
      return this.options.onProblem(`the metric ${name} is a ${family.type} (${family.help}) elsewhere`);
    const labels = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    const key = JSON.stringify(Object.entries(labels).sort());
    const series = family.series.get(key);
    const touchedAt = this.options.clock.now();
    if (!series) family.series.set(key, { labels, state: first(change), observations: 1, touchedAt });
    else {
      series.state = combined(series.state, change);
      series.observations += 1;
      series.touchedAt = touchedAt;
    }
  }

  private familyOf(name: string, help: string, type: Family['type']): Family {
    let family = this.families.get(name);
    if (!family) {
      family = { help, type, series: new Map() };
      this.families.set(name, family);
      const get = (): object => this.read(name, family as Family);
      // A registry only ever asks a metric for its name and for `get`.
      this.registry.registerMetric({ name: PREFIX + name, get } as unknown as Metric);
    }
    return family;
  }

  private read(name: string, { help, type, series }: Family): object {
    const { clock, timeToLiveMs = Number.POSITIVE_INFINITY } = this.options;
    const now = clock.now();
    for (const [key, { touchedAt, state }] of series)
      if (now - touchedAt > timeToLiveMs && !isGrowing(state)) series.delete(key);
    const values = [...series.values()].flatMap((one) => samplesOf(PREFIX + name, one, now));
    return { name: PREFIX + name, help, type, aggregator: 'sum', values };
  }
}

const isGrowing = (state: Series['state']): boolean => state.kind === 'realtime' && state.until === null;

function first(change: MetricChange): Series['state'] {
  if (change.kind === 'histogram') return spread(0, new Map(), change);
  if (change.kind === 'gauge' && change.operation === 'Sub') return { ...change, value: -change.value };
  return change;
}

function combined(before: Series['state'], change: MetricChange): Series['state'] {
  if (change.kind === 'histogram' && before.kind === 'spread') return spread(before.sum, before.counts, change);
  if (change.kind === 'counter' && before.kind === 'counter') return { ...change, value: before.value + change.value };
  if (change.kind === 'gauge' && before.kind === 'gauge') {
    if (change.operation === 'Add') return { ...change, value: before.value + change.value };
    if (change.operation === 'Sub') return { ...change, value: before.value - change.value };
  }
  return first(change);
}

function spread(
  sum: number,
  counts: ReadonlyMap<number, number>,
  { value, buckets }: Extract<MetricChange, { kind: 'histogram' }>,
): Series['state'] {
  const next = new Map(buckets.map((bound) => [bound, (counts.get(bound) ?? 0) + (value <= bound ? 1 : 0)]));
  return { kind: 'spread', sum: sum + value, counts: next };
}

function samplesOf(name: string, { labels, state, observations }: Series, now: number): Sample[] {
  switch (state.kind) {
    case 'realtime':
      return [{ labels, value: ((state.until ?? now) - state.since) / 1000 }];
    case 'spread': {
      const bucket = (le: number | string, value: number): Sample => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      });
      return [
        ...[...state.counts].map(([bound, count]) => bucket(bound, count)),
        bucket('+Inf', observations),
        { metricName: `${name}_sum`, labels, value: state.sum },
        { metricName: `${name}_count`, labels, value: observations },
      ];
    }
    case 'counter':
    case 'gauge':
    case 'histogram':
      return [{ labels, value: state.value }];
  }
}
