import type { Metadata, Parameter } from '../../model/common.js';
import type { Template } from '../../model/template.js';
import { isGroupTemplate, templateKindOf } from '../../template-kind.js';
import { calledTemplate, callsOf, hasTag, isReusable } from '../context.js';
import type { PlacedCall, PlacedTemplate, ValidationContext } from '../context.js';
import { directDependencies } from '../dag.rule.js';
import { KnownVariables } from './known-variables.js';

const WORKFLOW_NAMES = [
  'name',
  'namespace',
  'mainEntrypoint',
  'serviceAccountName',
  'uid',
  'priority',
  'scheduledTime',
  'creationTimestamp',
  'duration',
  'status',
  'failures',
  ...['parameters', 'labels', 'annotations'].flatMap((map) => [map, `${map}.json`]),
].map((name) => `workflow.${name}`);

/** `workflow.*`: what every template may use. */
export function globalScope(context: ValidationContext): KnownVariables {
  const { effective, metadata, kind, isComplete } = context;
  const named = (prefix: string, names: readonly string[]): string[] => names.map((name) => `${prefix}.${name}`);
  const keys = (field: keyof Metadata): string[] => [
    ...Object.keys(metadata[field] ?? {}),
    ...Object.keys(effective.workflowMetadata?.[field] ?? {}),
    ...(field === 'labels' ? Object.keys(effective.workflowMetadata?.labelsFrom ?? {}) : []),
  ];
  const open = ['workflow.creationTimestamp.'];
  // Labels of the system are set when a workflow is submitted; a template gets what its user gives it.
  for (const map of ['labels', 'annotations']) open.push(`workflow.${map}.workflows.argoproj.io/`);
  if (isReusable(context) || !isComplete)
    open.push('workflow.parameters.', 'workflow.labels.', 'workflow.annotations.');
  if (kind === 'CronWorkflow') open.push('cronworkflow.');
  if (isReusable(context) || !isComplete || usesOtherTemplates(context)) open.push('workflow.outputs.');
  return new KnownVariables(
    [
      ...WORKFLOW_NAMES,
      ...named(
        'workflow.parameters',
        (effective.arguments?.parameters ?? []).map(({ name }) => name),
      ),
      ...named('workflow.labels', keys('labels')),
      ...named('workflow.annotations', keys('annotations')),
      ...globalOutputs(effective.templates ?? []),
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
export function templateScope(
  { effective }: ValidationContext,
  outer: KnownVariables,
  template: Template,
): KnownVariables {
  const { inputs, outputs } = template;
  const names = [
    'inputs.parameters',
    'inputs.artifacts',
    'node.name',
    'pod.name',
    'steps.name',
    'tasks.name',
    ...namesOf(inputs?.parameters).map((name) => `inputs.parameters.${name}`),
    ...namesOf(inputs?.artifacts).flatMap((name) => [`inputs.artifacts.${name}`, `inputs.artifacts.${name}.path`]),
    ...namesOf(outputs?.parameters).map((name) => `outputs.parameters.${name}.path`),
    ...namesOf(outputs?.artifacts).map((name) => `outputs.artifacts.${name}.path`),
  ];
  const isRetried = template.retryStrategy ?? effective.templateDefaults?.retryStrategy ?? effective.retryStrategy;
  return outer.extend(isRetried ? [...names, 'retries', ...LAST_RETRY] : names);
}

/** What a metric may use beside the scope of its template. */
export function metricScope(outer: KnownVariables, template: Template | undefined): KnownVariables {
  const outputs = namesOf(template?.outputs?.parameters).map((name) => `outputs.parameters.${name}`);
  const names = ['status', 'duration', 'exitCode', 'outputs.result', ...outputs];
  return outer.extend(names, ['resourcesDuration.']);
}

/** What one step or task tells its siblings. */
function siblingNames(context: ValidationContext, { call, kind }: PlacedCall): { names: string[]; open: string[] } {
  const prefix = `${kind}.${call.name ?? ''}`;
  const target = calledTemplate(context, call);
  const own = ['id', 'status', 'startedAt', 'finishedAt', 'ip', 'hostNodeName', 'exitCode'].map(
    (name) => `${prefix}.${name}`,
  );
  if (typeof target !== 'object') return { names: own, open: [`${prefix}.outputs.`] };
  const isLoop = call.withItems !== undefined || call.withParam !== undefined || call.withSequence !== undefined;
  const { parameters, artifacts } = target.outputs ?? {};
  const kindOfTarget = templateKindOf(target);
  const outputs = [
    ...namesOf(parameters).map((name) => `parameters.${name}`),
    ...namesOf(artifacts).map((name) => `artifacts.${name}`),
    ...(isLoop ? ['result', 'parameters'] : []),
    ...(kindOfTarget && isGroupTemplate(kindOfTarget) ? [] : ['result', 'exitCode']),
  ];
  return { names: [...own, ...outputs.map((name) => `${prefix}.outputs.${name}`)], open: [] };
}

/** The variables of siblings, by call; made once per template. */
export class Siblings {
  readonly #calls: readonly PlacedCall[];
  readonly #names: ReadonlyMap<PlacedCall, { names: string[]; open: string[] }>;
  readonly #ancestors = new Map<string, ReadonlySet<string> | 'all'>();

  constructor(
    context: ValidationContext,
    private readonly placed: PlacedTemplate,
    private readonly body: KnownVariables,
  ) {
    this.#calls = callsOf(placed);
    this.#names = new Map(this.#calls.map((call) => [call, siblingNames(context, call)]));
  }

  get calls(): readonly PlacedCall[] {
    return this.#calls;
  }

  /** What the call itself may use: steps of earlier groups, tasks it waits for. */
  before(placedCall: PlacedCall): KnownVariables {
    return this.#scopeOf(this.#calls.filter((other) => this.#isBefore(other, placedCall)));
  }

  /** What hooks of the call may use: also what it has become itself. */
  after(placedCall: PlacedCall): KnownVariables {
    return this.#scopeOf(this.#calls.filter((other) => other === placedCall || this.#isBefore(other, placedCall)));
  }

  /** What the outputs of the template may use. */
  all(): KnownVariables {
    return this.#scopeOf(this.#calls);
  }

  /** Why a variable of a sibling that exists cannot be used. */
  hint(name: string, placedCall: PlacedCall | undefined): string | undefined {
    if (!placedCall || !this.all().has(name)) return undefined;
    const [, sibling = ''] = name.split('.');
    if (sibling === placedCall.call.name) return `"${sibling}" cannot use what it has yet to find out`;
    return placedCall.kind === 'tasks'
      ? `"${placedCall.call.name}" does not depend on "${sibling}"`
      : `"${sibling}" is not in an earlier group of steps`;
  }

  #scopeOf(calls: readonly PlacedCall[]): KnownVariables {
    const parts = calls.flatMap((call) => this.#names.get(call) ?? []);
    const open = parts.flatMap((part) => part.open);
    const hasComputedNames = calls.some(({ call }) => hasTag(call.name));
    if (hasComputedNames) open.push('steps.', 'tasks.');
    return this.body.extend(
      parts.flatMap((part) => part.names),
      open,
    );
  }

  #isBefore(other: PlacedCall, placedCall: PlacedCall): boolean {
    if (placedCall.kind === 'steps') return other.group < placedCall.group;
    const ancestors = this.#ancestorsOf(placedCall.call.name ?? '');
    return other !== placedCall && (ancestors === 'all' || ancestors.has(other.call.name ?? ''));
  }

  #ancestorsOf(task: string): ReadonlySet<string> | 'all' {
    const known = this.#ancestors.get(task);
    if (known) return known;
    const byName = new Map((this.placed.template.dag?.tasks ?? []).map((other) => [other.name, other]));
    const found = new Set<string>();
    const pending = [task];
    let isReadable = true;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const next = byName.get(name);
      const dependencies = next && directDependencies(next);
      if (next && !dependencies) isReadable = false;
      for (const dependency of dependencies ?? []) {
        if (found.has(dependency)) continue;
        found.add(dependency);
        pending.push(dependency);
      }
    }
    // Where a `depends` cannot be read, that is what has to be told, and not what follows from it.
    const ancestors = isReadable ? found : 'all';
    this.#ancestors.set(task, ancestors);
    return ancestors;
  }
}

/** `item` and its members; nothing outside a loop. */
export function itemScope(outer: KnownVariables, { call }: PlacedCall): KnownVariables {
  if (call.withParam !== undefined || call.withSequence) return outer.extend(['item'], ['item.']);
  if (!call.withItems) return outer;
  const keys = call.withItems.flatMap((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.keys(item) : [],
  );
  const hasTags = call.withItems.some((item) => hasTag(item));
  return outer.extend(['item', ...keys.map((key) => `item.${key}`)], hasTags ? ['item.'] : []);
}
