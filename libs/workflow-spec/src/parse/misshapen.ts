import { API_VERSION } from './kinds.js';
import type { WorkflowKind } from './kinds.js';
import { parseManifests } from './parse-manifests.js';

/**
 * The first thing in an object of a cluster that is not of the type its place needs; null when everything can be read.
 * Its schema may have let it in. What is unknown, missing or makes no sense is for others to judge.
 */
export function misshapen(kind: WorkflowKind, spec: unknown): string | null {
  const text = JSON.stringify({ apiVersion: API_VERSION, kind, metadata: { name: 'x' }, spec });
  const { problems } = parseManifests(text, { source: 'object.json', lenient: true, maxBytes: Infinity });
  const problem = problems.find(({ code }) => code === 'wrong-type');
  return problem ? `${problem.path}: ${problem.message}` : null;
}
