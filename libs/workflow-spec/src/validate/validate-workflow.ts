import type { TemplateLibrary } from '../library/template-library.js';
import { mergeSpecs } from '../merge/execution-spec.js';
import type { Metadata } from '../model/common.js';
import type { WorkflowSpec } from '../model/workflow.js';
import type { ManifestByKind, WorkflowKind } from '../parse/kinds.js';
import { isWorkflowKind } from '../parse/kinds.js';
import type { ParsedDocument } from '../parse/parse-manifests.js';
import { Positions } from '../parse/positions.js';
import type { Path, Problem } from '../problem.js';
import { byPosition } from '../problem.js';
import { checkWorkflowArguments } from './arguments.rule.js';
import { checkCalls } from './calls.rule.js';
import { hasTag, templatesOf } from './context.js';
import type { ValidationContext } from './context.js';
import { checkCron } from './cron.rule.js';
import { checkDag } from './dag.rule.js';
import { checkExpression } from './expression.rule.js';
import { checkHooks } from './hooks.rule.js';
import { checkInputsAndOutputs } from './inputs-outputs.rule.js';
import { checkLeafKinds } from './leaf.rule.js';
import { checkDocumentName, checkTemplateNames } from './names.rule.js';
import { checkRecursion } from './recursion.rule.js';
import { checkEntrypoint, checkWorkflowTemplateRef } from './references.rule.js';
import { Report } from './report.js';
import { checkTemplateSettings, checkWorkflowSettings } from './settings.rule.js';
import { checkTemplateKind } from './template-kind.rule.js';
import { checkVariables } from './variables/variables.rule.js';

export interface ValidationOptions {
  /** Known (Cluster)WorkflowTemplates; without it references to them are not checked. */
  readonly templates?: TemplateLibrary;
  /** A file is checked, and not something about to run: arguments of the workflow may still be given. Default true. */
  readonly lint?: boolean;
  /** False where `{{= expression}}` is turned off, and so is an error. Default true. */
  readonly expressionTags?: boolean;
}

/** A document without a text, such as an object read from a cluster: its problems have no line. */
export type Validatable = ParsedDocument | { readonly value: ManifestByKind[WorkflowKind] };

/** Checks what types cannot say: names, references, arguments, variables, cycles, durations. By position; never throws for bad input. */
export function validateWorkflow(document: Validatable, options: ValidationOptions = {}): Problem[] {
  const { value } = document;
  const { kind } = 'kind' in document ? document : value;
  if (!isWorkflowKind(kind)) return [];
  const [positions, damaged] =
    'positions' in document ? [document.positions, document.damaged] : [Positions.none, new Set<string>()];
  const report = new Report(positions, damaged, options.expressionTags);
  const subject = { kind, value } as ParsedDocument;
  checkSubject(subject, report, options);
  return report.problems.sort(byPosition);
}

function checkSubject(
  subject: Pick<ParsedDocument, 'kind' | 'value'>,
  report: Report,
  options: ValidationOptions,
): void {
  const document = subject as ParsedDocument;
  const { metadata } = document.value;
  switch (document.kind) {
    case 'Workflow':
    case 'WorkflowTemplate':
    case 'ClusterWorkflowTemplate': {
      const context = contextOf(document.kind, metadata ?? {}, document.value.spec, ['spec'], report, options);
      checkDocumentName(context, metadata ?? {});
      return checkSpec(context);
    }
    case 'CronWorkflow': {
      const { spec } = document.value;
      const labels = merged(metadata ?? {}, spec?.workflowMetadata ?? {});
      const context = contextOf(document.kind, labels, spec?.workflowSpec, ['spec', 'workflowSpec'], report, options);
      checkDocumentName(context, metadata ?? {});
      checkCron(context, spec ?? {});
      return spec?.workflowSpec && checkSpec(context);
    }
    case 'WorkflowEventBinding': {
      const context = contextOf(document.kind, metadata ?? {}, {}, ['spec'], report, options);
      const { event, submit } = document.value.spec ?? {};
      checkDocumentName(context, metadata ?? {});
      if (event?.selector !== undefined) checkExpression(context, ['spec', 'event', 'selector'], event.selector);
      const path: Path = ['spec', 'submit', 'workflowTemplateRef'];
      // It is looked up when an event comes: until then it may be missing, as in Argo.
      if (submit?.workflowTemplateRef) checkWorkflowTemplateRef(context, path, submit.workflowTemplateRef, 'warning');
      return;
    }
    // Written by controllers, for controllers.
    case 'WorkflowTaskSet':
    case 'WorkflowTaskResult':
    case 'WorkflowArtifactGCTask':
      return;
  }
}

const merged = (lower: Metadata, higher: Metadata): Metadata => ({
  labels: { ...lower.labels, ...higher.labels },
  annotations: { ...lower.annotations, ...higher.annotations },
});

function contextOf(
  kind: WorkflowKind,
  metadata: Metadata,
  spec: WorkflowSpec | undefined,
  specPath: Path,
  report: Report,
  { templates, lint = true }: ValidationOptions,
): ValidationContext {
  const own = spec ?? {};
  const ref = own.workflowTemplateRef;
  const referred =
    ref?.name && !hasTag(ref.name) ? templates?.find(ref.name, ref.clusterScope ?? false)?.spec : undefined;
  const effective = referred ? mergeSpecs(referred, own) : own;
  return {
    kind,
    metadata,
    spec: own,
    specPath,
    effective,
    templates: new Map(
      (effective.templates ?? []).flatMap((template) => (template.name ? [[template.name, template]] : [])),
    ),
    isComplete: !ref || referred !== undefined,
    library: templates,
    lint,
    report,
  };
}

function checkSpec(context: ValidationContext): void {
  const { effective, spec, specPath } = context;
  checkEntrypoint(context);
  const entrypoint = effective.entrypoint === undefined ? undefined : context.templates.get(effective.entrypoint);
  checkWorkflowArguments(context, entrypoint);
  checkHooks(context, [...specPath, 'hooks'], spec.hooks);
  checkWorkflowSettings(context);
  checkTemplateNames(context);
  const templates = [...templatesOf(context)];
  checkRecursion(context, templates);
  for (const placed of templates) {
    checkTemplateKind(context, placed);
    checkLeafKinds(context, placed);
    checkInputsAndOutputs(context, placed);
    checkTemplateSettings(context, placed);
    checkCalls(context, placed);
    checkDag(context, placed);
  }
  checkVariables(context);
}
