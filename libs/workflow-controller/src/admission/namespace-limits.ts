import type { Clock, Informer, KubeApi, KubeError, KubeObject } from '@argosy/kube';
import { createInformer, resources } from '@argosy/kube';

const LIMIT = 'workflows.argoproj.io/parallelism-limit';

export interface NamespaceLimitsOptions {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly random?: () => number;
  /** Null: the namespace has none of its own. */
  readonly onLimit: (namespace: string, limit: number | null) => void;
  readonly onError: (error: KubeError) => void;
}

/** How many workflows may run at once in namespaces that say so by their label. */
export class NamespaceLimits {
  /** Resolves when they are known, or when it turns out that they cannot be read for now: limits must not stop everything. */
  readonly ready: Promise<void>;
  private readonly namespaces: Informer<KubeObject>;

  constructor({ kube, clock, random, onLimit, onError }: NamespaceLimitsOptions) {
    let giveUp: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => (giveUp = resolve));
    this.namespaces = createInformer<KubeObject>(kube, resources.namespaces, {
      labelSelector: LIMIT,
      clock,
      ...(random && { random }),
      onError: (error) => {
        giveUp();
        onError(error);
      },
      onChange: ({ type, object }) =>
        onLimit(object.metadata?.name ?? '', type === 'deleted' ? null : limitOf(object.metadata?.labels?.[LIMIT])),
    });
    this.ready = Promise.race([this.namespaces.synced, refused]);
  }

  stop(): Promise<void> {
    return this.namespaces.stop();
  }
}

/** A label that is no number limits nothing. */
const limitOf = (label: string | undefined): number | null => (label && /^\d+$/.test(label) ? Number(label) : null);
