import type { Clock, Informer, KubeApi, KubeError, KubeObject } from '@argosy/kube';
import { createInformer, isKubeError, resources } from '@argosy/kube';

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export interface ConfigMapLimitsOptions {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly onChange: (namespace: string, name: string) => void;
  readonly onError: (error: KubeError) => void;
}

/**
 * The ConfigMaps that say how many places semaphores have. Only those that some workflow names are followed, one by one:
 * a cluster has thousands, most of them large and nobody's business.
 */
export class ConfigMapLimits {
  private readonly known = new Map<string, ConfigMap | null>();
  private readonly followed = new Map<string, Informer<ConfigMap>>();

  constructor(private readonly options: ConfigMapLimitsOptions) {}

  /** Null when there is none of that name, undefined while nobody has looked: then `follow` has to. */
  get(namespace: string, name: string): ConfigMap | null | undefined {
    return this.known.get(`${namespace}/${name}`);
  }

  /** Looks, and goes on looking. Throws KubeError. */
  async follow(namespace: string, name: string): Promise<void> {
    const key = `${namespace}/${name}`;
    const found = await this.read(namespace, name);
    if (this.followed.has(key)) return;
    this.known.set(key, found);
    const { kube, clock, random, onChange, onError } = this.options;
    const informer = createInformer<ConfigMap>(kube, resources.configMaps, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      clock,
      ...(random && { random }),
      onError,
      onChange: ({ type, object }) => {
        this.known.set(key, type === 'deleted' ? null : object);
        onChange(namespace, name);
      },
    });
    this.followed.set(key, informer);
    // Known to it from the beginning, so that it tells when the first list no longer has it.
    if (found) informer.observe(found);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.followed.values()].map((informer) => informer.stop()));
  }

  private async read(namespace: string, name: string): Promise<ConfigMap | null> {
    try {
      return await this.options.kube.get<ConfigMap>({ type: resources.configMaps, namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      throw error;
    }
  }
}
