import { templateNamed } from '../library/template-library.js';
import type { LifecycleHook, TemplateCall, TemplateRef } from '../model/template.js';
import type { WorkflowTemplateRef } from '../model/workflow.js';
import type { Path, Severity } from '../problem.js';
import { suggest } from '../suggestion.js';
import { hasTag, isReusable } from './context.js';
import type { ValidationContext } from './context.js';

/** `template`, `templateRef` or `inline` of a step, task or hook: exactly one of them, and it exists. */
export function checkReference(
  context: ValidationContext,
  path: Path,
  call: TemplateCall | LifecycleHook,
  what: string,
): void {
  const { report } = context;
  const inline = 'inline' in call ? call.inline : undefined;
  const given = [call.template !== undefined && 'template', call.templateRef && 'templateRef', inline && 'inline'];
  const names = given.filter((name) => typeof name === 'string');
  if (names.length === 0) {
    report.missing(
      path,
      `the ${what} calls no template`,
      `give it a template, a templateRef${what === 'hook' ? '' : ' or an inline template'}`,
    );
  }
  if (names.length > 1)
    report.add([...path, names[1] ?? ''], 'exclusive', `only one of ${names.join(' and ')} can be given`, {
      part: 'key',
    });
  if (call.template !== undefined) checkTemplateExists(context, [...path, 'template'], call.template);
  if (call.templateRef) checkTemplateRef(context, [...path, 'templateRef'], call.templateRef);
}

export function checkTemplateExists(
  { templates, isComplete, report }: ValidationContext,
  path: Path,
  name: string,
): void {
  if (hasTag(name) || !isComplete || templates.size === 0 || templates.has(name)) return;
  report.add(path, 'unknown-template', `template "${name}" is not defined`, {
    hint: suggest(name, [...templates.keys()]),
  });
}

function checkTemplateRef({ library, report }: ValidationContext, path: Path, ref: TemplateRef): void {
  const { name, template, clusterScope = false } = ref;
  if (!name) report.missing(path, 'the templateRef has no name');
  if (!template) report.missing(path, 'the templateRef has no template', 'name one of the templates it holds');
  if (!library || !name || !template || hasTag(name)) return;
  const holder = library.find(name, clusterScope);
  const kind = clusterScope ? 'ClusterWorkflowTemplate' : 'WorkflowTemplate';
  if (!holder) {
    const elsewhere = library.find(name, !clusterScope)
      ? `there is a ${clusterScope ? 'WorkflowTemplate' : 'ClusterWorkflowTemplate'} of that name: ${clusterScope ? 'remove clusterScope' : 'set clusterScope: true'}`
      : undefined;
    const hint = elsewhere ?? suggest(name, library.names(clusterScope));
    report.add([...path, 'name'], 'unknown-template', `there is no ${kind} "${name}"`, { hint });
  } else if (!hasTag(template) && !templateNamed(holder.spec.templates, template)) {
    const known = (holder.spec.templates ?? []).flatMap((known) => (known.name ? [known.name] : []));
    const message = `${kind} "${name}" has no template "${template}"`;
    report.add([...path, 'template'], 'unknown-template', message, { hint: suggest(template, known) });
  }
}

export function checkWorkflowTemplateRef(
  { library, report }: ValidationContext,
  path: Path,
  ref: WorkflowTemplateRef,
  severity: Severity = 'error',
): void {
  const { name, clusterScope = false } = ref;
  if (!name) report.missing(path, 'the workflowTemplateRef has no name');
  else if (library && !library.find(name, clusterScope)) {
    const kind = clusterScope ? 'ClusterWorkflowTemplate' : 'WorkflowTemplate';
    report.add([...path, 'name'], 'unknown-template', `there is no ${kind} "${name}"`, {
      hint: suggest(name, library.names(clusterScope)),
      severity,
    });
  }
}

/** Where a run begins and what it does at its end. */
export function checkEntrypoint(context: ValidationContext): void {
  const { spec, specPath, effective, isComplete, report } = context;
  if (spec.workflowTemplateRef) {
    checkWorkflowTemplateRef(context, [...specPath, 'workflowTemplateRef'], spec.workflowTemplateRef);
    if (spec.templates && spec.templates.length > 0) {
      const message = 'a workflow with a workflowTemplateRef cannot have templates of its own';
      report.add([...specPath, 'templates'], 'exclusive', message, { part: 'key' });
    }
  } else if (!isReusable(context) && (spec.templates ?? []).length === 0) {
    report.missing(specPath, '"templates" is missing', 'or a workflowTemplateRef');
  }
  const { entrypoint } = effective;
  if (entrypoint !== undefined && entrypoint !== '') {
    if (spec.entrypoint !== undefined) checkTemplateExists(context, [...specPath, 'entrypoint'], entrypoint);
  } else if (!isReusable(context) && isComplete) {
    const [first, ...more] = spec.templates ?? [];
    const hint =
      first?.name && more.length === 0 ? `write entrypoint: ${first.name}` : 'name the template to begin with';
    report.missing(specPath, '"entrypoint" is missing', hint);
  }
  if (spec.onExit) checkTemplateExists(context, [...specPath, 'onExit'], spec.onExit);
}
