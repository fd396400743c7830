import type { Metadata } from '@argosy/workflow-spec';
import { evaluate, replaceTags } from '../scope/tags.js';
import type { RunDraft } from './run-draft.js';

const PREFIX = 'workflows.argoproj.io/';

/** Labels that say which template the run was made from. */
export function labelsOfOrigin({ workflow }: RunDraft): Metadata {
  const { name, clusterScope } = workflow.spec.workflowTemplateRef ?? {};
  if (!name) return {};
  return { labels: { [`${PREFIX}${clusterScope ? 'cluster-workflow-template' : 'workflow-template'}`]: name } };
}

/**
 * Labels and annotations that the spec gives its runs. Computed labels come last: their expressions see the others.
 * @throws when a label cannot be computed, or cannot be one
 */
export function specMetadata(run: RunDraft): Metadata {
  if (!run.spec.workflowMetadata) return {};
  const { labels, annotations, labelsFrom } = run.spec.workflowMetadata;
  const given = replaceTags({ labels: labels ?? {}, annotations: annotations ?? {} }, run.globals).value;
  const scope = run.globals.extend([...named('labels', given.labels), ...named('annotations', given.annotations)]);
  const computed: Record<string, string> = {};
  for (const [name, { expression = '' }] of Object.entries(labelsFrom ?? {})) {
    const value = evaluate(replaceTags(expression, scope).value, scope);
    if (typeof value !== 'string')
      throw new Error(`failed to evaluate label "${name}" expression "${expression}": its value must be a string`);
    computed[name] = value;
  }
  const all = { ...given.labels, ...computed };
  for (const [name, value] of Object.entries(all)) mustBeLabel(name, value);
  return { labels: all, annotations: given.annotations };
}

const named = (kind: string, values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).map(([name, value]) => [`workflow.${kind}.${name}`, value]);

const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const NAME = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** The API server would refuse every write of the run, and nobody would learn why. */
function mustBeLabel(name: string, value: string): void {
  const rule = 'at most 63 letters, digits, "-", "_" and ".", a letter or digit first and last';
  if (!NAME.test(name)) throw new Error(`invalid label name "${name}": ${rule}, perhaps behind a domain and "/"`);
  if (!VALUE.test(value)) throw new Error(`invalid label value "${value}" for label "${name}": ${rule}`);
}
