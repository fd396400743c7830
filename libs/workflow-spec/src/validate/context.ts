import type { TemplateLibrary } from '../library/template-library.js';
import { templateNamed } from '../library/template-library.js';
import type { LifecycleHook, Template, TemplateCall } from '../model/template.js';
import type { WorkflowSpec } from '../model/workflow.js';
import type { WorkflowKind } from '../parse/kinds.js';
import type { Path } from '../problem.js';
import type { Metadata } from '../model/common.js';
import type { Report } from './report.js';

/** What the rules look at. */
export interface ValidationContext {
  readonly kind: WorkflowKind;
  readonly metadata: Metadata;
  /** The spec as written, and where it is. */
  readonly spec: WorkflowSpec;
  readonly specPath: Path;
  /** The spec merged with the template it refers to: what runs. */
  readonly effective: WorkflowSpec;
  /** The templates of `effective` by name. */
  readonly templates: ReadonlyMap<string, Template>;
  /** False when the template it refers to is not known here, so that names may exist that cannot be seen. */
  readonly isComplete: boolean;
  readonly library: TemplateLibrary | undefined;
  /** Checking a file, and not something about to run: arguments may still come. */
  readonly lint: boolean;
  readonly report: Report;
}

/** A document that others fill with arguments, labels and parameters when they run it. */
export const isReusable = ({ kind }: ValidationContext): boolean =>
  kind === 'WorkflowTemplate' || kind === 'ClusterWorkflowTemplate';

export interface PlacedTemplate {
  readonly template: Template;
  readonly path: Path;
  /** The call that holds an inline template. */
  readonly holder: PlacedCall | undefined;
}
/** A step of a group or a task of a DAG. */
export interface PlacedCall {
  readonly call: TemplateCall;
  readonly path: Path;
  readonly kind: 'steps' | 'tasks';
  /** Index of the step group, or of the task. */
  readonly group: number;
}

export function callsOf({ template, path }: Pick<PlacedTemplate, 'template' | 'path'>): PlacedCall[] {
  const steps = (template.steps ?? []).flatMap((parallel, group) =>
    parallel.map((call, index) => ({ call, path: [...path, 'steps', group, index], kind: 'steps' as const, group })),
  );
  const tasks = (template.dag?.tasks ?? []).map((call, group) => ({
    call,
    path: [...path, 'dag', 'tasks', group],
    kind: 'tasks' as const,
    group,
  }));
  return [...steps, ...tasks];
}

/** Every template of the document, inline ones behind the template that holds them. */
export function templatesOf({ spec, specPath }: ValidationContext): PlacedTemplate[] {
  return (spec.templates ?? []).flatMap((template, index) =>
    withInline({ template, path: [...specPath, 'templates', index], holder: undefined }),
  );
}

function withInline(placed: PlacedTemplate): PlacedTemplate[] {
  const inline = callsOf(placed).flatMap((holder) =>
    holder.call.inline ? withInline({ template: holder.call.inline, path: [...holder.path, 'inline'], holder }) : [],
  );
  return [placed, ...inline];
}

/** The called template; `unknown` when it cannot be seen from here, undefined when it does not exist. */
export function calledTemplate(
  context: ValidationContext,
  {
    template,
    templateRef,
    inline,
  }: Pick<TemplateCall, 'template' | 'templateRef' | 'inline'> | (LifecycleHook & { inline?: Template }),
): Template | 'unknown' | undefined {
  // More than one is a mistake of its own.
  if ([template, templateRef, inline].filter((given) => given !== undefined).length !== 1) return 'unknown';
  if (inline) return inline;
  if (templateRef) {
    const { name = '', template: wanted = '', clusterScope = false } = templateRef;
    if (!context.library || hasTag(name) || hasTag(wanted)) return 'unknown';
    return templateNamed(context.library.find(name, clusterScope)?.spec.templates, wanted);
  }
  if (!template || hasTag(template)) return 'unknown';
  return context.templates.get(template) ?? (context.isComplete ? undefined : 'unknown');
}

export const hasTag = (text: unknown): boolean => typeof text === 'string' && text.includes('{{');
