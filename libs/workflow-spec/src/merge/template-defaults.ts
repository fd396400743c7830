import type { Template } from '../model/template.js';
import { TEMPLATE_KINDS, templateKindOf } from '../template-kind.js';
import { strategicMerge } from './strategic-merge.js';

/**
 * The template on top of the workflow's `templateDefaults`. Of the kinds in the defaults only the template's own counts:
 * defaults never turn a template into something else.
 */
export function withTemplateDefaults(template: Template, defaults: Template | undefined): Template {
  if (!defaults) return template;
  const kind = templateKindOf(template);
  const usable: Template = { ...defaults };
  for (const other of TEMPLATE_KINDS) if (other !== kind) delete usable[other];
  delete usable.name;
  return strategicMerge(usable, template);
}
