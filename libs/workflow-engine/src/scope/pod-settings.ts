import type { Template, WorkflowSpec } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite } from '../model/frame.js';
import type { Variables } from './node-variables.js';
import { stepVariables, taskVariables } from './sibling-variables.js';
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
 * The settings of the spec that have tags, replaced for one pod: they may name what its template got, and what ran before
 * it in the templates around it. Null when there are none.
 */
export function podSettings(run: RunDraft, site: CallSite, template: Template, names: Variables): PodSettings | null {
  const settings = withTags(run.spec);
  if (Object.keys(settings).length === 0) return null;
  const variables: Variables = { ...enclosingVariables(run, site, JSON.stringify(settings)), ...names };
  for (const { name, value } of template.inputs?.parameters ?? [])
    variables[`inputs.parameters.${name}`] = String(value ?? '');
  return replaceTags(settings, run.globals.extend(variables)).value;
}

/** Where two templates around the pod have a call of one name, the outer one's is meant. */
function enclosingVariables(run: RunDraft, site: CallSite, text: string): Variables {
  const variables: Variables = {};
  if (!/\b(steps|tasks)\b/.test(text)) return variables;
  for (let { boundary, prefix } = site; ;) {
    const frame = run.frame(boundary);
    if (frame?.kind === 'steps') Object.assign(variables, stepVariables(run, frame, text, frame.group).variables);
    else if (frame?.kind === 'dag') {
      Object.assign(variables, taskVariables(run, frame, text, prefix.replace('tasks.', '')).variables);
    } else return variables;
    ({ boundary, prefix } = frame.site);
  }
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
