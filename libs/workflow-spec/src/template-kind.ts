import type { Template } from './model/template.js';

/** In the order in which Argo looks: the first field that is set decides. */
export const TEMPLATE_KINDS = [
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
] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** Every kind field that is set, in Argo's order. */
export function templateKindsOf(template: Template): TemplateKind[] {
  return TEMPLATE_KINDS.filter((kind) => template[kind] !== undefined && template[kind] !== null);
}

/** What the template does; undefined when it says nothing to do. */
export function templateKindOf(template: Template): TemplateKind | undefined {
  return TEMPLATE_KINDS.find((kind) => template[kind] !== undefined && template[kind] !== null);
}

/** Kinds that run in a pod of their own. */
const POD_KINDS: ReadonlySet<TemplateKind> = new Set([
  'container',
  'containerSet',
  'script',
  'resource',
  'data',
] as const);
export const isPodTemplate = (kind: TemplateKind): boolean => POD_KINDS.has(kind);

/** Kinds that call other templates. */
export const isGroupTemplate = (kind: TemplateKind): boolean => kind === 'steps' || kind === 'dag';
