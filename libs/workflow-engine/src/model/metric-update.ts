import type { MetricLabel } from '@argosy/workflow-spec';
import type { Instant } from './instant.js';

/** What becomes of a metric. Counters are added to; a histogram takes one observation. */
export type MetricChange =
  | { readonly kind: 'counter'; readonly value: number }
  | { readonly kind: 'histogram'; readonly value: number; readonly buckets: readonly number[] }
  | { readonly kind: 'gauge'; readonly value: number; readonly operation: 'Set' | 'Add' | 'Sub' }
  /** Seconds since then, growing until the end is known. */
  | { readonly kind: 'realtime'; readonly since: Instant; readonly until: Instant | null };

/**
 * A metric that a template or the workflow defines. Told once, by the pass in which it came about: like all metrics of
 * Argo they live in the controller's memory, and one whose pass was cut short is lost.
 */
export interface MetricUpdate {
  /** Without the prefix that the shell puts before it. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly MetricLabel[];
  readonly change: MetricChange;
}
