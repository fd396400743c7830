import type { MetricLabel, NodeStatus, Prometheus, Template } from '@argosy/workflow-spec';
import type { VariableScope } from '@argosy/expressions';
import type { RunDraft } from '../kernel/run-draft.js';
import type { NodeId } from '../model/ids.js';
import type { Instant } from '../model/instant.js';
import { parseTime } from '../model/instant.js';
import type { MetricChange } from '../model/metric-update.js';
import { isFulfilled } from '../model/phases.js';
import { replaceTags } from '../scope/tags.js';
import { isWanted } from './when.policy.js';

/** Names and labels as both Prometheus and OpenTelemetry take them. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const VARIABLE = /^\{\{\s*([^{}]+?)\s*\}\}$/;

/** What a metric is of: variables of its own beside those of the workflow, and when it began and ended. */
interface Subject {
  readonly scope: VariableScope;
  readonly durationName: 'duration' | 'workflow.duration';
  readonly since: Instant;
  readonly until: Instant | null;
}

/** Gauges that grow with time begin with their node. */
export function beginMetrics(run: RunDraft, id: NodeId, template: Template): void {
  const metrics = (template.metrics?.prometheus ?? []).filter(({ gauge }) => gauge?.realtime);
  const node = run.node(id);
  if (metrics.length > 0 && node) tell(run, metrics, nodeSubject(run, node));
}

/** A node is over: every metric of its template is told. */
export function endMetrics(run: RunDraft, id: NodeId, template: Template): void {
  const metrics = template.metrics?.prometheus ?? [];
  const node = run.node(id);
  if (metrics.length > 0 && node) tell(run, metrics, nodeSubject(run, node));
}

/** The same for the workflow as a whole; at its start only those that grow with time. */
export function workflowMetrics(run: RunDraft): void {
  const { phase, startedAt, finishedAt } = run.status;
  const isOver = finishedAt !== undefined && phase !== 'Running';
  const metrics = (run.spec.metrics?.prometheus ?? []).filter(({ gauge }) => isOver || gauge?.realtime);
  if (metrics.length === 0) return;
  const since = parseTime(startedAt) ?? run.now;
  const until = isOver ? (parseTime(finishedAt) ?? run.now) : null;
  const own = {
    'workflow.status': phase ?? '',
    'workflow.duration': seconds(since, until ?? run.now),
    duration: seconds(since, until ?? run.now),
    status: phase ?? '',
  };
  tell(run, metrics, { scope: run.globals.extend(own), durationName: 'workflow.duration', since, until });
}

function nodeSubject(run: RunDraft, node: NodeStatus): Subject {
  const since = parseTime(node.startedAt) ?? run.now;
  const until = isFulfilled(node.phase) ? (parseTime(node.finishedAt) ?? run.now) : null;
  const own: Record<string, string> = {
    status: node.phase ?? '',
    duration: seconds(since, until ?? run.now),
    'node.name': node.name,
  };
  const { result, exitCode, parameters = [] } = node.outputs ?? {};
  if (result !== undefined) own['outputs.result'] = result;
  if (exitCode !== undefined) own.exitCode = exitCode;
  for (const { name, value } of node.inputs?.parameters ?? []) own[`inputs.parameters.${name}`] = String(value ?? '');
  for (const { name, value } of parameters) own[`outputs.parameters.${name}`] = String(value ?? '');
  for (const [resource, used] of Object.entries(node.resourcesDuration ?? {}))
    own[`resourcesDuration.${resource}`] = String(used);
  return { scope: run.globals.extend(own), durationName: 'duration', since, until };
}

/** As Argo writes a Go float: six digits behind the point. */
const seconds = (since: Instant, until: Instant): string => ((until - since) / 1000).toFixed(6);

function tell(run: RunDraft, metrics: readonly Prometheus[], subject: Subject): void {
  for (const metric of metrics) {
    try {
      tellOne(run, metric, subject);
    } catch (error) {
      run.addCondition({ type: 'MetricsError', status: 'True', message: (error as Error).message });
    }
  }
}

function tellOne(run: RunDraft, metric: Prometheus, subject: Subject): void {
  const { gauge, histogram, counter, ...rest } = metric;
  const { name, help, labels = [], when } = replaceTags(rest, subject.scope).value;
  if (!NAME.test(name))
    throw new Error(`metric name '${name}' is invalid. Metric names must contain alphanumeric characters or '_'`);
  if (!help) throw new Error(`metric '${name}' must contain a help string under 'help: ' field`);
  checkLabels(name, labels);
  if (!isWanted(when)) return;
  const change = changeOf(name, { gauge, histogram, counter }, subject);
  run.metrics.push({ name, help, labels, change });
}

function checkLabels(name: string, labels: readonly MetricLabel[]): void {
  for (const { key } of labels)
    if (!NAME.test(key)) throw new Error(`metric '${name}': label name '${key}' is invalid`);
}

function changeOf(
  name: string,
  { gauge, histogram, counter }: Pick<Prometheus, 'gauge' | 'histogram' | 'counter'>,
  subject: Subject,
): MetricChange {
  if (gauge?.realtime) return realtime(gauge.value, subject);
  if (gauge) {
    const value = numberOf(name, gauge.value, subject);
    return { kind: 'gauge', value, operation: gauge.operation || 'Set' };
  }
  if (histogram) {
    const buckets = histogram.buckets.map(Number).sort((a, b) => a - b);
    return { kind: 'histogram', value: numberOf(name, histogram.value, subject), buckets };
  }
  if (!counter) throw new Error(`metric '${name}' must have one of: gauge, histogram, counter`);
  const value = numberOf(name, counter.value, subject);
  if (value < 0) throw new Error(`metric '${name}': a counter cannot go down by ${-value}`);
  return { kind: 'counter', value };
}

function realtime(value: string, { durationName, since, until }: Subject): MetricChange {
  const variable = VARIABLE.exec(value)?.[1];
  if (variable === undefined) throw new Error('real time metrics can only be used with metric variables');
  if (variable !== durationName) throw new Error(`'${variable}' is not available as a real time metric`);
  return { kind: 'realtime', since, until };
}

function numberOf(name: string, text: string, { scope }: Subject): number {
  const replaced = replaceTags(text, scope).value.trim();
  const value = Number(replaced);
  if (replaced === '' || Number.isNaN(value)) throw new Error(`metric '${name}': value '${replaced}' is not a number`);
  return value;
}
