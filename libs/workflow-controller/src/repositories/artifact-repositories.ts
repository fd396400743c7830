import type { Informer, InformerOptions, KubeApi, KubeObject } from '@argosy/kube';
import { createInformer, isKubeError, resources } from '@argosy/kube';
import type { RepositoryMap, World } from '@argosy/workflow-engine';
import { yamlValue } from '@argosy/workflow-spec';
import type { ArtifactRepository } from '@argosy/workflow-spec';
import type { Holes } from '../reconcile/holes.js';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}
type Options = Pick<InformerOptions<ConfigMap>, 'namespace' | 'clock' | 'random' | 'onError'>;

/** Where namespaces say what their artifacts' repositories are, unless a workflow names another ConfigMap. */
const USUAL = 'artifact-repositories';
const DEFAULT_KEY = 'workflows.argoproj.io/default-artifact-repository';

/** The ConfigMaps with artifact repositories. The usual ones are followed, since every run asks for them; others are read. */
export class ArtifactRepositories {
  readonly synced: Promise<void>;
  private readonly usual: Informer<ConfigMap>;

  /** `ownNamespace`: where the controller itself is. */
  constructor(
    private readonly kube: KubeApi,
    private readonly options: Options & { readonly ownNamespace?: string | undefined },
  ) {
    const { ownNamespace: _own, ...informerOptions } = options;
    const fieldSelector = `metadata.name=${USUAL}`;
    this.usual = createInformer<ConfigMap>(kube, resources.configMaps, { ...informerOptions, fieldSelector });
    this.synced = this.usual.synced;
  }

  /** What one pass over a run of a namespace may ask. */
  lookups(runNamespace: string, holes: Holes): Required<Pick<World, 'artifactRepositories'>> {
    const read = new Map<string, ConfigMap | undefined>();
    return {
      artifactRepositories: (owner, name) => {
        const namespace = owner === 'run' ? runNamespace : this.options.ownNamespace;
        if (namespace === undefined) return undefined;
        if (name === USUAL && this.isFollowed(namespace)) return mapOf(this.usual.get(namespace, name));
        const key = `${namespace}/${name}`;
        if (!read.has(key))
          holes.add(`artifact repositories ${key}`, async () => void read.set(key, await this.read(namespace, name)));
        return mapOf(read.get(key));
      },
    };
  }

  async stop(): Promise<void> {
    await this.usual.stop();
  }

  private isFollowed(namespace: string): boolean {
    return this.options.namespace === undefined || this.options.namespace === namespace;
  }

  private async read(namespace: string, name: string): Promise<ConfigMap | undefined> {
    try {
      return await this.kube.get<ConfigMap>({ type: resources.configMaps, namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NotFound', 'Forbidden')) return undefined;
      throw error;
    }
  }
}

function mapOf(configMap: ConfigMap | undefined): RepositoryMap | undefined {
  if (!configMap) return undefined;
  const { namespace = '', name = '', annotations } = configMap.metadata ?? {};
  return {
    namespace,
    defaultKey: annotations?.[DEFAULT_KEY],
    repository: (key) => {
      const text = configMap.data?.[key];
      return text === undefined ? undefined : repositoryIn(text, `${namespace}/${name}#${key}`);
    },
  };
}

function repositoryIn(text: string, place: string): ArtifactRepository {
  let found: unknown;
  try {
    found = yamlValue(text);
  } catch (cause) {
    throw new Error(`artifact repository ${place} is no YAML: ${(cause as Error).message}`, { cause });
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new Error(`artifact repository ${place} must be a map such as "s3: {bucket: …}"`);
  return found;
}
