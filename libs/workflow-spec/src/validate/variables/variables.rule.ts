import type { LifecycleHooks, Outputs, Template } from '../../model/template.js';
import type { Path } from '../../problem.js';
import type { PlacedCall, PlacedTemplate, ValidationContext } from '../context.js';
import type { Variables } from './known-variables.js';
import { checkReferredTemplates } from './referred-templates.rule.js';
import { globalScope, itemScope, metricScope, templateScope } from './scopes.js';
import { Siblings } from './siblings.js';
import type { TooEarly } from './siblings.js';
import { checkExpressionNames, checkTags } from './tag-check.js';
import type { TagScope } from './tag-check.js';

/** Every `{{variable}}` of the document must exist where it is used. */
export function checkVariables(context: ValidationContext): void {
  const globals = globalScope(context);
  checkWorkflowLevel(context, globals);
  for (const [index, template] of (context.spec.templates ?? []).entries()) {
    const path = [...context.specPath, 'templates', index];
    checkTemplate(context, { template, path, holder: undefined }, globals);
  }
  checkReferredTemplates(context, globals, (holder, template, outer) => {
    checkTemplate(holder, { template, path: [], holder: undefined }, outer);
  });
}

/** Settings of the workflow in which only `workflow.*` can be replaced; the rest of them Argo leaves as they are. */
const GLOBAL_FIELDS = ['volumes', 'volumeClaimTemplates', 'nodeSelector', 'synchronization', 'podMetadata'] as const;

function checkWorkflowLevel({ spec, specPath, report }: ValidationContext, globals: Variables): void {
  const scope = { variables: globals };
  checkTags(report, [...specPath, 'arguments'], spec.arguments, scope);
  checkHookVariables(report, [...specPath, 'hooks'], spec.hooks, scope);
  for (const field of GLOBAL_FIELDS)
    checkTags(report, [...specPath, field], spec[field], { ...scope, severity: 'warning' });
  checkTags(report, [...specPath, 'metrics'], spec.metrics, { variables: metricScope(globals, undefined) });
}

/** Fields that hold calls, or that have a scope of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(['name', 'inputs', 'outputs', 'steps', 'dag', 'metrics']);

function checkTemplate(context: ValidationContext, placed: PlacedTemplate, outer: Variables): void {
  const { template, path } = placed;
  const { report } = context;
  const body = templateScope(context, outer, template);
  const scope = { variables: body };
  for (const [field, value] of Object.entries(template))
    if (!ELSEWHERE.has(field)) checkTags(report, [...path, field], value, scope);
  checkTags(report, [...path, 'inputs'], template.inputs, scope);
  checkTags(report, [...path, 'metrics'], template.metrics, { variables: metricScope(body, template) });
  checkTags(report, [...path, 'dag', 'target'], template.dag?.target, scope);
  const siblings = new Siblings(context, placed, body);
  for (const call of siblings.calls) checkCallVariables(context, siblings, call);
  checkOutputs(context, [...path, 'outputs'], template.outputs, { variables: siblings.all() });
}

function checkOutputs({ report }: ValidationContext, path: Path, outputs: Outputs | undefined, scope: TagScope): void {
  checkTags(report, path, outputs, scope);
  for (const [index, { valueFrom }] of (outputs?.parameters ?? []).entries())
    if (valueFrom?.expression && !valueFrom.expression.includes('{{'))
      checkExpressionNames(
        report,
        [...path, 'parameters', index, 'valueFrom', 'expression'],
        valueFrom.expression,
        scope,
      );
}

const LOOPS: ReadonlySet<string> = new Set(['withItems', 'withParam', 'withSequence']);

function checkCallVariables(context: ValidationContext, siblings: Siblings, placedCall: PlacedCall): void {
  const { report } = context;
  const { call, path } = placedCall;
  const before = siblings.before(placedCall);
  const tooEarly = (name: string): TooEarly | undefined => siblings.tooEarly(name, placedCall);
  const withItem = itemScope(before, placedCall);
  for (const [field, value] of Object.entries(call)) {
    if (field === 'inline' || field === 'hooks') continue;
    const variables = LOOPS.has(field) ? before : withItem;
    checkTags(report, [...path, field], value, { variables, tooEarly });
  }
  const after = itemScope(siblings.after(placedCall), placedCall);
  checkHookVariables(report, [...path, 'hooks'], call.hooks, { variables: after, tooEarly });
  if (call.inline) checkInline(context, call.inline, placedCall, withItem);
}

/** The call's own variables are replaced in an inline template as in everything else of the call. */
function checkInline(context: ValidationContext, template: Template, holder: PlacedCall, scope: Variables): void {
  checkTemplate(context, { template, path: [...holder.path, 'inline'], holder }, scope);
}

function checkHookVariables(
  report: ValidationContext['report'],
  path: Path,
  hooks: LifecycleHooks | undefined,
  scope: TagScope,
): void {
  for (const [name, hook] of Object.entries(hooks ?? {})) {
    checkTags(report, [...path, name, 'arguments'], hook.arguments, scope);
    checkExpressionNames(report, [...path, name, 'expression'], hook.expression, scope);
  }
}
