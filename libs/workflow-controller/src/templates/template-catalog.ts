import type { Informer, InformerOptions, KubeApi, KubeObject } from '@argosy/kube';
import { createInformer, isKubeError, resources } from '@argosy/kube';
import type { WorkflowTemplate } from '@argosy/workflow-spec';
import type { Holes } from '../reconcile/holes.js';
import { templateLookups } from './template-lookups.js';
import type { TemplateLookups } from './template-lookups.js';

export type TemplateObject = WorkflowTemplate & KubeObject;
type Options = Pick<InformerOptions<TemplateObject>, 'namespace' | 'clock' | 'random' | 'onError'>;

/** The WorkflowTemplates and ClusterWorkflowTemplates that runs may refer to, as they are now. */
export class TemplateCatalog {
  /** Resolves when what may be seen is known. */
  readonly synced: Promise<unknown>;
  private readonly namespaced: Informer<TemplateObject>;
  private readonly cluster: Informer<TemplateObject>;

  constructor(
    private readonly kube: KubeApi,
    { namespace, ...options }: Options,
  ) {
    this.namespaced = createInformer<TemplateObject>(kube, resources.workflowTemplates, { namespace, ...options });
    let refuse: () => void;
    const refused = new Promise<void>((resolve) => (refuse = resolve));
    this.cluster = createInformer<TemplateObject>(kube, resources.clusterWorkflowTemplates, {
      ...options,
      // Whoever is confined to a namespace may not see those of the cluster, and can do without them.
      onError: (error) => (isKubeError(error, 'Forbidden', 'NotFound') ? refuse() : options.onError?.(error)),
    });
    this.synced = Promise.all([this.namespaced.synced, Promise.race([this.cluster.synced, refused])]);
    this.synced.catch(() => undefined);
  }

  /** What one pass over a run of a namespace may ask. */
  lookups(runNamespace: string, holes: Holes): TemplateLookups {
    return templateLookups(this, runNamespace, holes);
  }

  /** Those of the cluster have no namespace. */
  get(namespace: string, name: string): WorkflowTemplate | undefined {
    return namespace === '' ? this.cluster.get('', name) : this.namespaced.get(namespace, name);
  }

  /** Asks the API itself: watches lag behind, and people create a template and its workflow at the same time. */
  async fetch(namespace: string, name: string): Promise<void> {
    const isCluster = namespace === '';
    const type = isCluster ? resources.clusterWorkflowTemplates : resources.workflowTemplates;
    try {
      const found = await this.kube.get<TemplateObject>({ type, name, ...(!isCluster && { namespace }) });
      (isCluster ? this.cluster : this.namespaced).observe(found);
    } catch (error) {
      if (!isKubeError(error, 'NotFound', 'Forbidden')) throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.namespaced.stop(), this.cluster.stop()]);
  }
}
