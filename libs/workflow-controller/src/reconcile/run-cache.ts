import type { Workflow } from '@argosy/workflow-spec';
import type { NodeKeeping, RecordedRun } from '../nodes/node-keeping.js';

export interface LoadedRun extends RecordedRun {
  /** Made from the object just now: everything outside must be looked at, and told. */
  readonly fresh: boolean;
}

/**
 * States of runs between passes, so that a pass need not read a status of megabytes again. A state counts while the object
 * is the one that was written with it, or an older one: then the informer is behind our own write.
 */
export class RunCache {
  private readonly runs = new Map<string, RecordedRun>();

  constructor(private readonly nodes: NodeKeeping) {}

  /** Throws NodesUnreadable; KubeError when nodes that are beside the object cannot be had. */
  async load(key: string, object: Workflow): Promise<LoadedRun> {
    const { resourceVersion = '', uid } = object.metadata;
    const known = this.runs.get(key);
    // Versions of one object grow; Kubernetes promises that they can be compared as numbers.
    const isCurrent = known && Number(known.resourceVersion) >= Number(resourceVersion);
    if (isCurrent && known.state.workflow.metadata.uid === uid) return { ...known, fresh: false };
    return { ...(await this.nodes.read(object)), fresh: true };
  }

  store(key: string, { state, resourceVersion, keeping }: RecordedRun): void {
    this.runs.set(key, { state, resourceVersion, keeping });
  }

  drop(key: string): void {
    this.runs.delete(key);
  }
}
