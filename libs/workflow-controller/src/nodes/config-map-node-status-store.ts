import type { KubeApi, KubeObject } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { NodeStatusStore, ShardOwner } from './node-status-store.js';

interface ConfigMap extends KubeObject {
  readonly immutable?: boolean;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The uid of the workflow whose nodes are in a ConfigMap. */
const OWNER_LABEL = 'argosy.dev/nodes-of';
const KEY = 'nodes';
/** So that an answer stays well below what an API server likes to give at once. */
const SHARDS_PER_PAGE = 16;

/** Shards in immutable ConfigMaps that the Workflow owns: Kubernetes deletes them with it. */
export class ConfigMapNodeStatusStore implements NodeStatusStore {
  constructor(private readonly kube: KubeApi) {}

  async write(owner: ShardOwner, shard: string, bytes: Uint8Array): Promise<void> {
    const { namespace, name = '', uid = '' } = owner;
    const metadata = {
      namespace,
      name: nameOf(owner, shard),
      labels: { [OWNER_LABEL]: uid },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name, uid, controller: true }],
    };
    const binaryData = { [KEY]: Buffer.from(bytes).toString('base64') };
    try {
      await this.kube.create<ConfigMap>(resources.configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        immutable: true,
        binaryData,
      });
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    }
  }

  async read(owner: ShardOwner): Promise<ReadonlyMap<string, Uint8Array>> {
    const shards = new Map<string, Uint8Array>();
    const prefix = nameOf(owner, '');
    let continueToken: string | undefined;
    do {
      const page = await this.kube.list<ConfigMap>(resources.configMaps, {
        namespace: owner.namespace,
        labelSelector: `${OWNER_LABEL}=${owner.uid}`,
        limit: SHARDS_PER_PAGE,
        ...(continueToken !== undefined && { continueToken }),
      });
      for (const { metadata, binaryData } of page.items) {
        const name = metadata?.name ?? '';
        if (name.startsWith(prefix))
          shards.set(name.slice(prefix.length), Buffer.from(binaryData?.[KEY] ?? '', 'base64'));
      }
      ({ continueToken } = page);
    } while (continueToken !== undefined);
    return shards;
  }

  async delete(owner: ShardOwner, shard: string): Promise<void> {
    try {
      await this.kube.delete({ type: resources.configMaps, namespace: owner.namespace, name: nameOf(owner, shard) });
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }
}

const nameOf = ({ uid }: ShardOwner, shard: string): string => `nodes-${uid}-${shard}`;
