import type { RunFilter, RunPhase } from '../../gql/operations.js';

const PHASES: readonly RunPhase[] = ['SUBMITTED', 'PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'ERROR'];
export const isRunPhase = (text: string): text is RunPhase => (PHASES as readonly string[]).includes(text);

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1440 * MINUTE_MS };
const FILTER_PARAMETERS = ['name', 'phase', 'cluster', 'namespace', 'labels', 'since', 'after', 'before'] as const;

/** `90m`, `24h` or `7d` as milliseconds; undefined when it is nothing of the kind. */
function spanMs(text: string | null): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0);
}

function instant(text: string | null): string | undefined {
  const time = text ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The address bar is the filter: what it says is what is shown. */
export function filterFrom(parameters: URLSearchParams, now: number): RunFilter {
  const list = (name: string): string[] => parameters.getAll(name).filter(Boolean);
  const phases = list('phase')
    .map((phase) => phase.toUpperCase())
    .filter(isRunPhase);
  const filter: RunFilter = {};
  if (phases.length > 0) filter.phases = phases;
  if (list('cluster').length > 0) filter.clusters = list('cluster');
  if (list('namespace').length > 0) filter.namespaces = list('namespace');
  if (parameters.get('name')) filter.nameContains = parameters.get('name');
  if (parameters.get('labels')) filter.labelSelector = parameters.get('labels');
  const span = spanMs(parameters.get('since'));
  const after = span === undefined ? instant(parameters.get('after')) : new Date(now - span).toISOString();
  const before = instant(parameters.get('before'));
  if (after) filter.createdAfter = after;
  if (before) filter.createdBefore = before;
  return filter;
}

/** How many of the filters are set. */
export const filterCount = (parameters: URLSearchParams): number =>
  FILTER_PARAMETERS.filter((name) => parameters.get(name)).length;

/** The parameters with one of them changed; empty values leave the address. */
export function withParameter(parameters: URLSearchParams, name: string, values: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(parameters);
  next.delete(name);
  for (const value of values) if (value !== '') next.append(name, value);
  return next;
}

export function withoutFilter(parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const name of FILTER_PARAMETERS) next.delete(name);
  return next;
}
