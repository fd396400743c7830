import type { RunState } from '@argosy/workflow-engine';
import { hydrate } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import { withNodes } from './node-compression.js';

interface CachedRun {
  readonly state: RunState;
  readonly resourceVersion: string;
}
export interface LoadedRun extends CachedRun {
  /** Made from the object just now: everything outside must be looked at, and told. */
  readonly fresh: boolean;
}

/**
 * States of runs between passes, so that a pass need not read a status of megabytes again. A state counts while the object
 * is the one that was written with it, or an older one: then the informer is behind our own write.
 */
export class RunCache {
  private readonly runs = new Map<string, CachedRun>();

  /** Throws NodesUnreadable. */
  load(key: string, object: Workflow): LoadedRun {
    const { resourceVersion = '', uid } = object.metadata;
    const known = this.runs.get(key);
    // Versions of one object grow; Kubernetes promises that they can be compared as numbers.
    const isCurrent = known && Number(known.resourceVersion) >= Number(resourceVersion);
    if (isCurrent && known.state.workflow.metadata.uid === uid) return { ...known, fresh: false };
    return { state: hydrate(withNodes(object)), resourceVersion, fresh: true };
  }

  store(key: string, state: RunState, resourceVersion: string): void {
    this.runs.set(key, { state, resourceVersion });
  }

  drop(key: string): void {
    this.runs.delete(key);
  }
}
