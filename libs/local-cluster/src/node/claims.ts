import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeApi, KubeObject } from '@argosy/kube';
import { createInformer, isKubeError, resources } from '@argosy/kube';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { removeTree } from './remove-tree.js';

type Claim = PersistentVolumeClaim & KubeObject;

/** Gives every persistent volume claim a directory: bound at once, kept until the claim is deleted. */
export class Claims {
  private readonly informer;

  constructor(
    private readonly api: KubeApi,
    private readonly directory: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.informer = createInformer<Claim>(api, resources.persistentVolumeClaims, {
      onError,
      onChange: ({ type, object }) => {
        if (type === 'deleted') removeTree(this.pathOf(object));
        else if (object.status?.phase !== 'Bound') this.bind(object).catch(onError);
      },
    });
  }

  get synced(): Promise<void> {
    return this.informer.synced;
  }

  /** The directory of a claim; undefined when there is no such claim. */
  directoryOf = (namespace: string, name: string): string | undefined => {
    const claim = this.informer.get(namespace, name);
    return claim && this.make(claim);
  };

  stop(): Promise<void> {
    return this.informer.stop();
  }

  private async bind(claim: Claim): Promise<void> {
    this.make(claim);
    const { name = '', namespace = '', uid = '' } = claim.metadata ?? {};
    const ref = { type: resources.persistentVolumeClaims, namespace, name };
    const { accessModes = ['ReadWriteOnce'], resources: wanted } = claim.spec ?? {};
    const status = { phase: 'Bound', accessModes, capacity: wanted?.requests ?? {} };
    try {
      await this.api.patch(ref, 'merge', { metadata: { uid }, spec: { volumeName: `pvc-${uid}` } });
      await this.api.patch(ref, 'merge', { metadata: { uid }, status }, 'status');
    } catch (error) {
      if (!isKubeError(error, 'NotFound', 'Conflict')) this.onError(error);
    }
  }

  private make(claim: Claim): string {
    const path = this.pathOf(claim);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    return path;
  }

  private pathOf(claim: Claim): string {
    return join(this.directory, claim.metadata?.uid ?? '');
  }
}
