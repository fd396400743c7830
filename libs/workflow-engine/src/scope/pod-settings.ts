import type { Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { Variables } from './node-variables.js';
import { replaceTags } from './tags.js';

/** What a workflow says about all its pods. */
export type PodSettings = Pick<WorkflowSpec, (typeof FIELDS)[number]>;

const FIELDS = [
  'affinity',
  'dnsConfig',
  'hostAliases',
  'imagePullSecrets',
  'nodeSelector',
  'podMetadata',
  'podPriorityClassName',
  'podResources',
  'podSpecPatch',
  'resourceClaims',
  'schedulerName',
  'securityContext',
  'serviceAccountName',
  'tolerations',
  'volumes',
] as const satisfies readonly (keyof WorkflowSpec)[];

/** Follows from the spec alone; most have no tags, and thousands of pods are made from one. */
const WITH_TAGS = new WeakMap<WorkflowSpec, PodSettings>();

/**
 * The settings of the spec that have tags, replaced for one pod: they may name what its template got. Null when there are
 * none.
 */
export function podSettings(run: RunDraft, template: Template, names: Variables): PodSettings | null {
  const settings = withTags(run.spec);
  if (Object.keys(settings).length === 0) return null;
  const variables: Variables = { ...names };
  for (const { name, value } of template.inputs?.parameters ?? [])
    variables[`inputs.parameters.${name}`] = String(value ?? '');
  return replaceTags(settings, run.globals.extend(variables)).value;
}

function withTags(spec: WorkflowSpec): PodSettings {
  const known = WITH_TAGS.get(spec);
  if (known) return known;
  const entries = FIELDS.filter((field) => JSON.stringify(spec[field])?.includes('{{')).map((field) => [
    field,
    spec[field],
  ]);
  const settings = Object.fromEntries(entries) as PodSettings;
  WITH_TAGS.set(spec, settings);
  return settings;
}
