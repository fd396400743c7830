import type { Memoize, Metrics, RetryStrategy, Synchronization } from '../model/template.js';
import type { Path } from '../problem.js';
import { suggest } from '../suggestion.js';
import { hasTag } from './context.js';
import type { PlacedTemplate, ValidationContext } from './context.js';
import { checkExpression } from './expression.rule.js';
import { checkYaml } from './leaf.rule.js';
import { checkDuration } from './template-kind.rule.js';

/** What a template says about how it runs. */
export function checkTemplateSettings(context: ValidationContext, { template, path }: PlacedTemplate): void {
  checkRetry(context, [...path, 'retryStrategy'], template.retryStrategy);
  checkSynchronization(context, [...path, 'synchronization'], template.synchronization);
  checkMemoize(context, [...path, 'memoize'], template.memoize);
  checkMetrics(context, [...path, 'metrics'], template.metrics);
  if (template.podSpecPatch !== undefined) checkYaml(context.report, [...path, 'podSpecPatch'], template.podSpecPatch);
}

/** How a label selector compares. */
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** What a workflow says about how it runs. */
export function checkWorkflowSettings(context: ValidationContext): void {
  const { spec, specPath, report } = context;
  const at = (...more: (string | number)[]): Path => [...specPath, ...more];
  if (spec.parallelism !== undefined && spec.parallelism < 1)
    report.add(at('parallelism'), 'range', 'parallelism must be 1 or more');
  checkRetry(context, at('retryStrategy'), spec.retryStrategy);
  checkSynchronization(context, at('synchronization'), spec.synchronization);
  checkMetrics(context, at('metrics'), spec.metrics);
  if (spec.podSpecPatch !== undefined) checkYaml(report, at('podSpecPatch'), spec.podSpecPatch);
  checkDuration(context, at('podGC', 'deleteDelayDuration'), spec.podGC?.deleteDelayDuration);
  for (const [index, { operator }] of (spec.podGC?.labelSelector?.matchExpressions ?? []).entries())
    if (!OPERATORS.includes(operator))
      report.add(
        at('podGC', 'labelSelector', 'matchExpressions', index, 'operator'),
        'not-allowed',
        `"${operator}" is not one of ${OPERATORS.join(', ')}`,
        { hint: suggest(operator, OPERATORS) },
      );
  for (const field of ['secondsAfterCompletion', 'secondsAfterSuccess', 'secondsAfterFailure'] as const)
    if ((spec.ttlStrategy?.[field] ?? 0) < 0)
      report.add(at('ttlStrategy', field), 'range', `${field} must not be negative`);
  if ((spec.activeDeadlineSeconds ?? 0) < 0)
    report.add(at('activeDeadlineSeconds'), 'range', 'activeDeadlineSeconds must not be negative');
  if (spec.podDisruptionBudget?.selector)
    report.add(
      at('podDisruptionBudget', 'selector'),
      'placement',
      'the selector is set by the controller: leave it out',
      { part: 'key' },
    );
  for (const [name, { expression }] of Object.entries(spec.workflowMetadata?.labelsFrom ?? {}))
    if (expression !== undefined)
      checkExpression(context, at('workflowMetadata', 'labelsFrom', name, 'expression'), expression);
  for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries())
    if (!claim.metadata?.name)
      report.missing(at('volumeClaimTemplates', index), 'the volume claim has no metadata.name');
}

function checkRetry(context: ValidationContext, path: Path, retry: RetryStrategy | undefined): void {
  if (!retry) return;
  const { limit, backoff, expression } = retry;
  if (limit !== undefined && !hasTag(limit) && !/^\d+$/.test(String(limit)))
    context.report.add([...path, 'limit'], 'range', `limit must be a whole number of 0 or more, not "${limit}"`);
  if (expression !== undefined) checkExpression(context, [...path, 'expression'], expression);
  if (!backoff) return;
  if (backoff.duration === undefined || backoff.duration === '')
    context.report.missing([...path, 'backoff'], 'the backoff has no duration');
  for (const field of ['duration', 'maxDuration', 'cap'] as const)
    checkDuration(context, [...path, 'backoff', field], backoff[field]);
  const { factor } = backoff;
  if (factor !== undefined && !hasTag(factor) && !/^\d+$/.test(String(factor)))
    context.report.add(
      [...path, 'backoff', 'factor'],
      'range',
      `factor must be a whole number of 0 or more, not "${factor}"`,
    );
}

function checkSynchronization(
  { report }: ValidationContext,
  path: Path,
  synchronization: Synchronization | undefined,
): void {
  for (const [index, { name }] of (synchronization?.mutexes ?? []).entries())
    if (!name) report.missing([...path, 'mutexes', index], 'the mutex has no name');
  for (const [index, semaphore] of (synchronization?.semaphores ?? []).entries()) {
    const at = [...path, 'semaphores', index];
    if (!semaphore.configMapKeyRef && !semaphore.database)
      report.missing(at, 'the semaphore needs configMapKeyRef or database');
    if (semaphore.configMapKeyRef && semaphore.database)
      report.add([...at, 'database'], 'exclusive', 'only one of configMapKeyRef and database can be given', {
        part: 'key',
      });
  }
}

function checkMemoize(context: ValidationContext, path: Path, memoize: Memoize | undefined): void {
  if (!memoize) return;
  if (memoize.key !== undefined && !hasTag(memoize.key) && !/^[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(memoize.key)) {
    const hint = 'letters, digits and "-", the first no "-"';
    context.report.add([...path, 'key'], 'name', `"${memoize.key}" is no valid key of a cache`, { hint });
  }
  checkDuration(context, [...path, 'maxAge'], memoize.maxAge);
}

/** Of a metric and of its labels: what both Prometheus and OpenTelemetry take. */
const METRIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function checkMetrics({ report }: ValidationContext, path: Path, metrics: Metrics | undefined): void {
  for (const [index, metric] of (metrics?.prometheus ?? []).entries()) {
    const at = [...path, 'prometheus', index];
    if (metric.name !== undefined && !hasTag(metric.name) && !METRIC_NAME.test(metric.name))
      report.add([...at, 'name'], 'name', `"${metric.name}" is no valid name of a metric`, {
        hint: 'letters, digits and "_", no digit first',
      });
    if (metric.help === '') report.add([...at, 'help'], 'empty', 'a metric needs a help text');
    for (const [position, { key }] of (metric.labels ?? []).entries())
      if (key !== undefined && !METRIC_NAME.test(key))
        report.add([...at, 'labels', position, 'key'], 'name', `"${key}" is no valid name of a label`, {
          hint: 'letters, digits and "_"',
        });
    const types = (['gauge', 'histogram', 'counter'] as const).filter((type) => metric[type]);
    if (types.length === 0) report.missing(at, 'the metric needs a gauge, a histogram or a counter');
    if (types.length > 1) {
      const message = `only one of ${types.join(' and ')} can be given`;
      report.add([...at, types[1] ?? ''], 'exclusive', message, { part: 'key' });
    }
    if (metric.gauge?.realtime && metric.gauge.value?.includes('resourcesDuration.'))
      report.add(
        [...at, 'gauge', 'value'],
        'metric',
        'a realtime gauge cannot use resourcesDuration: it is known at the end',
      );
  }
}
