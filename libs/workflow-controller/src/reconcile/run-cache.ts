import type { RunState } from '@argosy/workflow-engine';
import { hydrate } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';

interface CachedRun {
  readonly state: RunState;
  readonly resourceVersion: string;
  /** Versions that this process has replaced itself. The informer may still show one of them. */
  readonly replaced: ReadonlySet<string>;
}

const REMEMBERED_VERSIONS = 32;

/**
 * States of runs between passes, so that a pass need not read a status of megabytes again. A state counts while the object
 * is the one that was written with it, or one that this process has replaced since (the informer is behind).
 */
export class RunCache {
  private readonly runs = new Map<string, CachedRun>();

  /** The state to start from, and whether it was made from the object: then everything outside must be looked at. */
  load(key: string, object: Workflow): { state: RunState; resourceVersion: string; fresh: boolean } {
    const version = object.metadata.resourceVersion ?? '';
    const known = this.runs.get(key);
    if (
      known &&
      known.state.workflow.metadata.uid === object.metadata.uid &&
      (known.resourceVersion === version || known.replaced.has(version))
    ) {
      return { state: known.state, resourceVersion: known.resourceVersion, fresh: false };
    }
    return { state: hydrate(object), resourceVersion: version, fresh: true };
  }

  store(key: string, state: RunState, resourceVersion: string): void {
    const known = this.runs.get(key);
    const replaced = new Set(
      known && known.resourceVersion !== resourceVersion
        ? [...known.replaced, known.resourceVersion].slice(-REMEMBERED_VERSIONS)
        : known?.replaced,
    );
    this.runs.set(key, { state, resourceVersion, replaced });
  }

  state(key: string): RunState | undefined {
    return this.runs.get(key)?.state;
  }

  drop(key: string): void {
    this.runs.delete(key);
  }
}
