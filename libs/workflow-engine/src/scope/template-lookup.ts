import type { Template, TemplateCall } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite } from '../model/frame.js';

export interface ResolvedTemplate {
  readonly template: Template;
  /** Where the template's own calls are looked up: it brings its holder's names with it. */
  readonly scope: string;
}

/** The template a call means, with what the whole workflow gives every template. @throws when there is none */
export function resolveTemplate(run: RunDraft, site: CallSite): ResolvedTemplate {
  const { call, templateScope } = site;
  const found = call.inline
    ? { template: call.inline, scope: templateScope }
    : call.templateRef
      ? referenced(run, call.templateRef)
      : named(run, call.template ?? '', templateScope);
  return { ...found, template: withDefaults(run, found.template) };
}

export const localScope = (run: RunDraft): string => `local/${run.name}`;

function named(run: RunDraft, name: string, scope: string): ResolvedTemplate {
  if (scope === localScope(run)) {
    const template = run.spec.templates?.find((candidate) => candidate.name === name);
    if (template) return { template, scope };
  }
  const stored = run.status.storedTemplates?.[`${scope}/${name}`];
  if (stored) return { template: stored, scope };
  throw new Error(`template ${name} undefined`);
}

/** Templates of other objects are stored in the status when the run begins, so a later edit does not change the run. */
function referenced(run: RunDraft, ref: NonNullable<TemplateCall['templateRef']>): ResolvedTemplate {
  const scope = `${ref.clusterScope ? 'cluster' : 'namespaced'}/${ref.name ?? ''}`;
  const template = run.status.storedTemplates?.[`${scope}/${ref.template ?? ''}`];
  if (template) return { template, scope };
  throw new Error(`template reference ${ref.name ?? ''}.${ref.template ?? ''} not found`);
}

function withDefaults(run: RunDraft, template: Template): Template {
  const strategy = template.retryStrategy ?? run.spec.templateDefaults?.retryStrategy ?? run.spec.retryStrategy;
  return strategy && strategy !== template.retryStrategy ? { ...template, retryStrategy: strategy } : template;
}
