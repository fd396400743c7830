import type { RunFilter, RunPhase } from '../../gql/operations.js';

const PHASES: readonly RunPhase[] = ['SUBMITTED', 'PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'ERROR'];
export const isRunPhase = (text: string): text is RunPhase => (PHASES as readonly string[]).includes(text);

/** The address bar is the filter: what it says is what is shown. */
export function filterFrom(parameters: URLSearchParams): RunFilter {
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
  return filter;
}

/** The parameters with one of them changed; empty values leave the address. */
export function withParameter(parameters: URLSearchParams, name: string, values: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(parameters);
  next.delete(name);
  for (const value of values) if (value !== '') next.append(name, value);
  return next;
}
