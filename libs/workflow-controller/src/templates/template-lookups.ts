import type { World } from '@argosy/workflow-engine';
import { misshapen } from '@argosy/workflow-spec';
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
    if (found) mustBeWellFormed(namespace, found);
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

/** What is wrong with each template that was asked for; null: nothing. */
const known = new WeakMap<WorkflowTemplate, string | null>();

/** The schema of a cluster may let in what nobody can read. @throws when that is so */
function mustBeWellFormed(namespace: string, template: WorkflowTemplate): void {
  const isCluster = namespace === '';
  const kind = isCluster ? 'ClusterWorkflowTemplate' : 'WorkflowTemplate';
  const wrong = known.has(template) ? (known.get(template) ?? null) : misshapen(kind, template.spec);
  known.set(template, wrong);
  if (wrong === null) return;
  const name = template.metadata.name ?? '';
  const key = isCluster ? `cluster workflow template "${name}"` : `workflow template "${namespace}/${name}"`;
  throw new Error(`malformed ${key}: ${wrong}`);
}
