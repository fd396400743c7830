import type { Metadata, Parameter } from '../../model/common.js';
import type { Template } from '../../model/template.js';
import { isPodTemplate, templateKindOf } from '../../template-kind.js';
import { callsOf, hasTag, isReusable } from '../context.js';
import type { PlacedCall, ValidationContext } from '../context.js';
import { KnownVariables } from './known-variables.js';
import type { Variables } from './known-variables.js';

const WORKFLOW_NAMES = [
  'name',
  'namespace',
  'mainEntrypoint',
  'serviceAccountName',
  'uid',
  'scheduledTime',
  'creationTimestamp',
  'duration',
  'status',
  ...['labels', 'annotations'].flatMap((map) => [map, `${map}.json`]),
].map((name) => `workflow.${name}`);

const CRON_NAMES = [
  'name',
  'namespace',
  ...['labels', 'annotations'].flatMap((map) => [map, `${map}.json`]),
  'lastScheduledTime',
  'failed',
  'succeeded',
];

/** `cronworkflow.*`: what the conditions of a CronWorkflow may use, and nothing else may. */
export const cronScope = new KnownVariables(
  CRON_NAMES.map((name) => `cronworkflow.${name}`),
  ['cronworkflow.labels.', 'cronworkflow.annotations.'],
);

/** `workflow.*`: what every template may use. */
export function globalScope(context: ValidationContext): KnownVariables {
  const { effective, metadata, isComplete } = context;
  const named = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}.${name}`);
  const keys = (field: keyof Metadata): string[] => [
    ...Object.keys(metadata[field] ?? {}),
    ...Object.keys(effective.workflowMetadata?.[field] ?? {}),
    ...(field === 'labels' ? Object.keys(effective.workflowMetadata?.labelsFrom ?? {}) : []),
  ];
  const open = ['workflow.creationTimestamp.'];
  // Labels of the system are set when a workflow is submitted; a template gets what its user gives it.
  for (const map of ['labels', 'annotations']) open.push(`workflow.${map}.workflows.argoproj.io/`);
  const { priority, onExit, hooks } = effective;
  const isOpen = isReusable(context) || !isComplete;
  const parameters = (effective.arguments?.parameters ?? []).map(({ name }) => `workflow.parameters.${name}`);
  const settings = [
    ...(isOpen || parameters.length > 0 ? ['workflow.parameters', 'workflow.parameters.json', ...parameters] : []),
    ...(isOpen || priority !== undefined ? ['workflow.priority'] : []),
    ...(isOpen || onExit || hooks?.exit ? ['workflow.failures'] : []),
  ];
  if (isOpen) open.push('workflow.parameters.', 'workflow.labels.', 'workflow.annotations.');
  const outputs = globalOutputs(effective.templates ?? []);
  const areSeen = !isReusable(context) && isComplete && !usesOtherTemplates(context) && !outputs.some(hasTag);
  if (!areSeen) open.push('workflow.outputs.');
  return new KnownVariables(
    [
      ...WORKFLOW_NAMES,
      ...settings,
      ...named('workflow.labels', keys('labels')),
      ...named('workflow.annotations', keys('annotations')),
      ...outputs,
    ],
    open,
  );
}

const usesOtherTemplates = ({ effective }: ValidationContext): boolean =>
  (effective.templates ?? []).some((template) =>
    callsOf({ template, path: [] }).some(({ call }) => call.templateRef !== undefined || call.inline !== undefined),
  );

function globalOutputs(templates: readonly Template[]): string[] {
  return templates.flatMap(({ outputs }) => [
    ...(outputs?.parameters ?? []).flatMap(({ globalName }) =>
      globalName ? [`workflow.outputs.parameters.${globalName}`] : [],
    ),
    ...(outputs?.artifacts ?? []).flatMap(({ globalName }) =>
      globalName ? [`workflow.outputs.artifacts.${globalName}`] : [],
    ),
  ]);
}

const namesOf = (members: readonly Pick<Parameter, 'name'>[] | undefined): string[] =>
  (members ?? []).map(({ name }) => name);

const LAST_RETRY = ['exitCode', 'status', 'duration', 'message'].map((name) => `lastRetry.${name}`);

/** What the body of a template may use. `outer` is the global scope, for an inline template that of the call. */
export function templateScope({ effective }: ValidationContext, outer: Variables, template: Template): Variables {
  const { inputs, outputs } = template;
  const names = [
    ...(inputs?.parameters?.length ? ['inputs.parameters'] : []),
    'node.name',
    'steps.name',
    'tasks.name',
    ...namesOf(inputs?.parameters).map((name) => `inputs.parameters.${name}`),
    ...namesOf(inputs?.artifacts).flatMap((name) => [`inputs.artifacts.${name}`, `inputs.artifacts.${name}.path`]),
    ...namesOf(outputs?.parameters).map((name) => `outputs.parameters.${name}.path`),
    ...namesOf(outputs?.artifacts).map((name) => `outputs.artifacts.${name}.path`),
  ];
  const kind = templateKindOf(template);
  if (kind === undefined || isPodTemplate(kind)) names.push('pod.name');
  const isRetried = template.retryStrategy ?? effective.templateDefaults?.retryStrategy ?? effective.retryStrategy;
  return new KnownVariables(isRetried ? [...names, 'retries', ...LAST_RETRY] : names, [], outer);
}

/** What a metric may use beside the scope of its template. */
export function metricScope(outer: Variables, template: Template | undefined): Variables {
  const outputs = namesOf(template?.outputs?.parameters).map((name) => `outputs.parameters.${name}`);
  const names = ['status', 'duration', 'exitCode', 'outputs.result', ...outputs];
  return new KnownVariables(names, ['resourcesDuration.'], outer);
}

/** `item` and its members; nothing outside a loop. */
export function itemScope(outer: Variables, { call }: PlacedCall): Variables {
  if (call.withParam !== undefined || call.withSequence) return new KnownVariables(['item'], ['item.'], outer);
  if (!call.withItems?.length) return outer;
  const keys = call.withItems.flatMap((item) => {
    if (Array.isArray(item)) return item.map((_member, index) => `[${index}]`);
    return typeof item === 'object' && item !== null ? Object.keys(item) : [];
  });
  const hasTags = call.withItems.some((item) => hasTag(item));
  return new KnownVariables(['item', ...keys.map((key) => `item.${key}`)], hasTags ? ['item.'] : [], outer);
}
