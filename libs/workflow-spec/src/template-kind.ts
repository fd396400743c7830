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

/** @throws when the template says nothing to do */
export function requiredTemplateKind(template: Template): TemplateKind {
  const kind = templateKindOf(template);
  if (kind === undefined) throw new Error(`template ${template.name ?? ''} has no type`);
  return kind;
}

/** Kinds that run in a pod of their own. */
export type PodKind = 'container' | 'containerSet' | 'script' | 'resource' | 'data';
const POD_KINDS: Readonly<Record<PodKind, true>> = {
  container: true,
  containerSet: true,
  script: true,
  resource: true,
  data: true,
};
export const isPodTemplate = (kind: TemplateKind): kind is PodKind => Object.hasOwn(POD_KINDS, kind);

/** Kinds that call other templates. */
export const isGroupTemplate = (kind: TemplateKind): boolean => kind === 'steps' || kind === 'dag';
