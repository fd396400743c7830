import { withTemplateDefaults } from '@argosy/workflow-spec';
import type { Template, TemplateRef } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite } from '../model/frame.js';
import { mustBeSameTemplate } from '../policies/template-referencing.policy.js';
import { libraryOf } from './template-library.js';

export interface ResolvedTemplate {
  readonly template: Template;
  /** Where the template's own calls are looked up: it brings its holder's names with it. */
  readonly scope: string;
}

/** What a call names, and where the name is looked up. */
export type Called = Pick<CallSite, 'call' | 'templateScope'>;

/** The template a call means, with what the whole workflow gives every template. @throws when there is none */
export function resolveTemplate(run: RunDraft, site: Called): ResolvedTemplate {
  const { template, scope } = called(run, site);
  return { template: withDefaults(run, template), scope };
}

export const localScope = (run: RunDraft): string => `local/${run.name}`;

function called(run: RunDraft, { call, templateScope }: Called): ResolvedTemplate {
  if (call.inline) {
    if (templateScope !== localScope(run)) keep(run, `${templateScope}/inline/${call.name ?? ''}`, call.inline);
    return { template: call.inline, scope: templateScope };
  }
  if (call.templateRef) {
    const scope = `${call.templateRef.clusterScope ? 'cluster' : 'namespaced'}/${call.templateRef.name ?? ''}`;
    const { template = '' } = call.templateRef;
    return { template: held(run, scope, template, () => referenced(run, call.templateRef ?? {})), scope };
  }
  const name = call.template ?? '';
  const missing = (): Error => new Error(`template ${name} not found`);
  if (templateScope !== localScope(run)) {
    const [kind, holder = ''] = templateScope.split('/');
    const ref: TemplateRef = { name: holder, template: name, clusterScope: kind === 'cluster' };
    return { template: held(run, templateScope, name, () => referenced(run, ref, missing)), scope: templateScope };
  }
  const template = run.spec.templates?.find((candidate) => candidate.name === name);
  if (!template) throw missing();
  return { template, scope: templateScope };
}

/** A template of another object is kept with the run from its first use on, so that a later edit does not change it. */
function held(run: RunDraft, scope: string, name: string, find: () => Template): Template {
  const key = `${scope}/${name}`;
  const stored = run.status.storedTemplates?.[key];
  if (!stored) return keep(run, key, find());
  mustBeSameTemplate(run, stored, find);
  return stored;
}

function keep(run: RunDraft, key: string, template: Template): Template {
  if (run.status.storedTemplates?.[key] === undefined)
    run.status = { ...run.status, storedTemplates: { ...run.status.storedTemplates, [key]: template } };
  return template;
}

function referenced(
  run: RunDraft,
  { name = '', template = '', clusterScope }: TemplateRef,
  missing?: () => Error,
): Template {
  const holder = libraryOf(run.world).find(name, clusterScope === true);
  if (!holder) throw new Error(`workflow template ${name} not found`);
  const found = holder.spec.templates?.find((candidate) => candidate.name === template);
  if (!found) throw missing?.() ?? new Error(`template ${template} not found in workflow template ${name}`);
  return withPodMetadata(found, holder.spec.podMetadata);
}

/** The one thing that the holder's own spec gives a template which others refer to. The template's own counts more. */
function withPodMetadata(template: Template, lower: Template['metadata']): Template {
  if (!lower) return template;
  const { labels, annotations } = template.metadata ?? {};
  return {
    ...template,
    metadata: {
      labels: { ...lower.labels, ...labels },
      annotations: { ...lower.annotations, ...annotations },
    },
  };
}

function withDefaults(run: RunDraft, template: Template): Template {
  const merged = withTemplateDefaults(template, run.spec.templateDefaults);
  const strategy = merged.retryStrategy ?? run.spec.retryStrategy;
  return strategy && strategy !== merged.retryStrategy ? { ...merged, retryStrategy: strategy } : merged;
}
