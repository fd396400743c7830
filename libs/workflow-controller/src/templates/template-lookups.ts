import type { World } from '@argosy/workflow-engine';
import type { WorkflowTemplate } from '@argosy/workflow-spec';
import type { Holes } from '../reconcile/holes.js';
import type { TemplateCatalog } from './template-catalog.js';

export type TemplateLookups = Required<Pick<World, 'workflowTemplate' | 'clusterWorkflowTemplate'>>;

/** The templates that one pass asks for. One that is not known is asked for once: what is not there then does not exist. */
export function templateLookups(catalog: TemplateCatalog, runNamespace: string, holes: Holes): TemplateLookups {
  const asked = new Set<string>();
  const find = (namespace: string, name: string): WorkflowTemplate | undefined => {
    const found = catalog.get(namespace, name);
    const what = `template ${namespace}/${name}`;
    if (found || name === '' || asked.has(what)) return found;
    asked.add(what);
    holes.add(what, () => catalog.fetch(namespace, name));
    return undefined;
  };
  return {
    workflowTemplate: (name) => find(runNamespace, name),
    clusterWorkflowTemplate: (name) => find('', name),
  };
}
