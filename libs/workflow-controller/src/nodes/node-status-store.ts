import type { Workflow } from '@argosy/workflow-spec';

/** Whose shards they are: the part of a Workflow's metadata that does not change. */
export type ShardOwner = Pick<Workflow['metadata'], 'namespace' | 'name' | 'uid'>;

/**
 * Keeps shards of node status beside the Workflow object. A shard is written once and never changed; which shards count
 * is said by the object alone. Methods throw KubeError, or TransientFailure.
 */
export interface NodeStatusStore {
  /** Done as well when the shard is there already: a name stands for one content. */
  write(owner: ShardOwner, shard: string, bytes: Uint8Array): Promise<void>;
  /** Everything kept for this workflow, by name of the shard. */
  read(owner: ShardOwner): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Done as well when there is no such shard. */
  delete(owner: ShardOwner, shard: string): Promise<void>;
}
