import type { Template } from '../model/template.js';
import type { WorkflowTemplate } from '../model/workflow.js';

/** The WorkflowTemplates and ClusterWorkflowTemplates that references are looked up in. */
export interface TemplateLibrary {
  find(name: string, clusterScope: boolean): WorkflowTemplate | undefined;
  /** For suggestions; may be incomplete. */
  names(clusterScope: boolean): readonly string[];
}

/** A library of given templates. The kind tells the scope; of two with one name the first counts. */
export function templateLibrary(templates: Iterable<WorkflowTemplate>): TemplateLibrary {
  const scopes = { namespaced: new Map<string, WorkflowTemplate>(), cluster: new Map<string, WorkflowTemplate>() };
  for (const template of templates) {
    const scope = template.kind === 'ClusterWorkflowTemplate' ? scopes.cluster : scopes.namespaced;
    const { name } = template.metadata;
    if (name !== undefined && !scope.has(name)) scope.set(name, template);
  }
  const scopeOf = (clusterScope: boolean) => (clusterScope ? scopes.cluster : scopes.namespaced);
  return {
    find: (name, clusterScope) => scopeOf(clusterScope).get(name),
    names: (clusterScope) => [...scopeOf(clusterScope).keys()],
  };
}

export const templateNamed = (templates: readonly Template[] | undefined, name: string): Template | undefined =>
  templates?.find((template) => template.name === name);
