import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { MemoEntry, MemoObservation, StoreMemo } from '@argosy/workflow-engine';
import type { Holes } from '../reconcile/holes.js';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const TYPE = 'workflows.argoproj.io/configmap-type';
const CACHE = 'Cache';

/** What one pass sees of the caches. */
export interface MemoLookups {
  memo(cacheName: string, key: string): MemoObservation;
  memoRefusal(commandKey: string): string | null;
}

/**
 * Caches of outputs, in ConfigMaps of the workflows' namespaces. They are read when a pass asks and not followed: a call
 * asks once, and what others have written meanwhile is worth a request.
 */
export class MemoCaches {
  /** By run, by command. Lost with the process, which costs one more try. */
  private readonly refusals = new Map<string, Map<string, string>>();

  constructor(private readonly kube: KubeApi) {}

  /** What has to be read first is put on `holes`. */
  lookups(run: string, holes: Holes): MemoLookups {
    const [namespace = ''] = run.split('/');
    const read = new Map<string, ConfigMap | null>();
    return {
      memo: (cacheName, key) => {
        const found = read.get(cacheName);
        if (found !== undefined) return found ? observed(found, key) : NOTHING;
        holes.add(`cache ${cacheName}`, async () => void read.set(cacheName, await this.read(namespace, cacheName)));
        return NOTHING;
      },
      memoRefusal: (commandKey) => this.refusals.get(run)?.get(commandKey) ?? null,
    };
  }

  /** Throws KubeError, or CacheRefused when the ConfigMap is no cache. */
  async store(namespace: string, { cacheName, memoKey, entry }: StoreMemo): Promise<void> {
    const data = { [memoKey]: JSON.stringify(entry) };
    const found = await this.read(namespace, cacheName);
    const problem = found && problemOf(found);
    if (problem) throw new CacheRefused(problem);
    const ref = { type: resources.configMaps, namespace, name: cacheName };
    if (found) await this.kube.patch(ref, 'merge', { data });
    else {
      const metadata = { name: cacheName, namespace, labels: { [TYPE]: CACHE } };
      await this.kube.create<ConfigMap>(resources.configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data,
      });
    }
  }

  refuse(run: string, commandKey: string, message: string): void {
    const ofRun = this.refusals.get(run) ?? new Map<string, string>();
    this.refusals.set(run, ofRun.set(commandKey, message));
  }

  forgetRun(run: string): void {
    this.refusals.delete(run);
  }

  private async read(namespace: string, name: string): Promise<ConfigMap | null> {
    try {
      return await this.kube.get<ConfigMap>({ type: resources.configMaps, namespace, name });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      throw error;
    }
  }
}

/** The ConfigMap is somebody else's: writing into it could break whoever it belongs to. */
export class CacheRefused extends Error {
  override readonly name = 'CacheRefused';
}

const NOTHING: MemoObservation = { entry: null, problem: null };

function observed(configMap: ConfigMap, key: string): MemoObservation {
  const problem = problemOf(configMap);
  if (problem !== null) return { entry: null, problem };
  const text = configMap.data?.[key];
  if (!text) return NOTHING;
  try {
    return { entry: JSON.parse(text) as MemoEntry, problem: null };
  } catch {
    return {
      entry: null,
      problem: `malformed cache entry: key ${key} of ConfigMap ${configMap.metadata?.name} is no JSON`,
    };
  }
}

function problemOf({ metadata }: ConfigMap): string | null {
  return metadata?.labels?.[TYPE] === CACHE
    ? null
    : `ConfigMap ${metadata?.name} doesn't have label ${TYPE} = ${CACHE}, refusing to use it for memoization`;
}
