import type { World } from '@argosy/workflow-engine';
import type { WorkflowTemplate } from '@argosy/workflow-spec';
import type { TemplateCatalog } from './template-catalog.js';

/** The templates that one pass asks for. Those that are not known are remembered, so that it can be repeated with them. */
export class TemplateLookups implements Required<Pick<World, 'workflowTemplate' | 'clusterWorkflowTemplate'>> {
  private readonly asked = new Set<string>();
  private missing: [namespace: string, name: string][] = [];

  constructor(
    private readonly catalog: TemplateCatalog,
    private readonly namespace: string,
  ) {}

  workflowTemplate = (name: string): WorkflowTemplate | undefined => this.find(this.namespace, name);
  clusterWorkflowTemplate = (name: string): WorkflowTemplate | undefined => this.find('', name);

  get areMissing(): boolean {
    return this.missing.length > 0;
  }

  /** Asks for what was missing, once for each: what is not there then does not exist. */
  async fetchMissing(): Promise<void> {
    const missing = this.missing.splice(0);
    await Promise.all(missing.map(([namespace, name]) => this.catalog.fetch(namespace, name)));
  }

  private find(namespace: string, name: string): WorkflowTemplate | undefined {
    const found = name === '' ? undefined : this.catalog.get(namespace, name);
    const key = `${namespace}/${name}`;
    if (!found && name !== '' && !this.asked.has(key)) {
      this.asked.add(key);
      this.missing.push([namespace, name]);
    }
    return found;
  }
}
