import type { Template } from '@argosy/workflow-spec';
import type { TemplateKind } from './frame.js';

/** In the order in which Argo looks: the first field that is set decides. */
const PRECEDENCE: readonly TemplateKind[] = [
  'container',
  'containerSet',
  'steps',
  'dag',
  'script',
  'resource',
  'data',
  'suspend',
  'http',
  'plugin',
];

/** @throws when the template says nothing to do */
export function templateKindOf(template: Template): TemplateKind {
  const kind = PRECEDENCE.find((candidate) => template[candidate] !== undefined && template[candidate] !== null);
  if (!kind) throw new Error(`template ${template.name ?? ''} has no type`);
  return kind;
}
