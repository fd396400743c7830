import { templateNamed } from '../../library/template-library.js';
import type { Template, TemplateRef } from '../../model/template.js';
import type { WorkflowTemplate } from '../../model/workflow.js';
import { Positions } from '../../parse/positions.js';
import type { Path, Problem } from '../../problem.js';
import { callsOf, hasTag, isReusable, templatesOf } from '../context.js';
import type { ValidationContext } from '../context.js';
import { Report } from '../report.js';
import type { Variables } from './known-variables.js';

/** Checks the body of a template in a context; that of the workflow's own templates does the same. */
type CheckBody = (context: ValidationContext, template: Template, globals: Variables) => void;

/**
 * A template that a workflow borrows sees the parameters, labels and settings of that workflow, so what it asks for is
 * checked once more where it is called. A document that others use has none of its own to offer.
 */
export function checkReferredTemplates(context: ValidationContext, globals: Variables, checkBody: CheckBody): void {
  const { library, spec, specPath } = context;
  if (!library || isReusable(context)) return;
  const seen = new Set<Template>();
  const whole = spec.workflowTemplateRef;
  const { name = '', clusterScope = false } = whole ?? {};
  for (const { name: template } of (whole && library.find(name, clusterScope)?.spec.templates) ?? []) {
    const ref = { name, clusterScope, ...(template !== undefined && { template }) };
    checkReferred(context, [...specPath, 'workflowTemplateRef'], ref, globals, checkBody, seen);
  }
  for (const placed of templatesOf(context))
    for (const { call, path } of callsOf(placed))
      if (call.templateRef)
        checkReferred(context, [...path, 'templateRef'], call.templateRef, globals, checkBody, seen);
}

function checkReferred(
  context: ValidationContext,
  path: Path,
  ref: TemplateRef,
  globals: Variables,
  checkBody: CheckBody,
  seen: Set<Template>,
): void {
  const { name = '', template: wanted = '', clusterScope = false } = ref;
  if (hasTag(name) || hasTag(wanted)) return;
  const holder = context.library?.find(name, clusterScope);
  const template = holder && templateNamed(holder.spec.templates, wanted);
  if (!holder || !template || seen.has(template)) return;
  seen.add(template);
  const what = `template "${wanted}" of ${clusterScope ? 'ClusterWorkflowTemplate' : 'WorkflowTemplate'} "${name}"`;
  for (const { code, message, hint, severity } of problemsIn(context, holder, template, globals, checkBody))
    context.report.add(path, code, `${what}: ${message}`, { hint, severity });
  for (const { call } of callsOf({ template, path: [] })) {
    const next = call.templateRef ?? (call.template === undefined ? undefined : { ...ref, template: call.template });
    if (next) checkReferred(context, path, next, globals, checkBody, seen);
  }
}

/** What the file of the template would not tell by itself. */
function problemsIn(
  context: ValidationContext,
  { spec }: WorkflowTemplate,
  template: Template,
  globals: Variables,
  checkBody: CheckBody,
): Problem[] {
  const report = new Report(Positions.none, new Set(), context.report.expressionTags);
  const templates = new Map((spec.templates ?? []).flatMap((other) => (other.name ? [[other.name, other]] : [])));
  checkBody({ ...context, effective: spec, templates, isComplete: true, report }, template, globals);
  const isOwn = ({ message }: Problem): boolean => !message.includes('{{workflow.');
  return report.problems.filter((problem) => !context.lint || !isOwn(problem));
}
