import type { KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { RunState, WorkflowPatch } from '@argosy/workflow-engine';
import { hydrate } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import { forEachAtMost } from '../effects/for-each-at-most.js';
import { ConfigMapNodeStatusStore } from './config-map-node-status-store.js';
import type { Compression } from './compression.js';
import { compressNodes, withNodes } from './node-compression.js';
import type { NodeStatusStore } from './node-status-store.js';
import { NodesUnreadable } from './nodes-unreadable.js';
import type { OffloadedNodes, OffloadLimits } from './offloaded-nodes.js';
import { allChanged, NOTHING_OFFLOADED, offload, readIndex, withChanges } from './offloaded-nodes.js';
import { baseOf } from './shards.js';

export interface NodeStatusOptions {
  /** Where nodes go that no longer fit into their Workflow. Default: ConfigMaps beside it. */
  readonly store?: NodeStatusStore;
  /** Never on the object itself; Argo's ALWAYS_OFFLOAD_NODE_STATUS. Default: only when they no longer fit. */
  readonly alwaysOffload?: boolean;
  /** Of nodes that stay on the object. Default: gzip, fast. */
  readonly compression?: Compression;
  /** What the nodes may come to on the object: more is compressed, and what is more even so is offloaded. Default: 1 MiB. */
  readonly objectBytes?: number;
  /** Of offloaded nodes, what the changes may come to that wait on the object, compressed. Default: 64 KiB. */
  readonly changeBytes?: number;
  /** Nodes for which one shard is planned. Default: 2,000. */
  readonly shardNodes?: number;
  /** What a shard may hold, compressed. Default: 640 KiB, which Kubernetes still takes in base64. */
  readonly shardBytes?: number;
}

/** How the object at this version keeps the nodes of its run. */
export type Keeping = { readonly kind: 'whole' } | { readonly kind: 'compressed' } | OffloadedNodes;

/** A run as it is on record at one version of its object. */
export interface RecordedRun {
  readonly state: RunState;
  readonly resourceVersion: string;
  readonly keeping: Keeping;
}

export interface Writing {
  readonly patch: WorkflowPatch;
  /** What the object says now, at the version below. */
  readonly before: RunState;
  /** What the object says once the patch is applied. */
  readonly state: RunState;
  /** What was decided upon: its version, and how it keeps the nodes. */
  readonly resourceVersion: string;
  readonly keeping: Keeping;
}
export interface Written {
  readonly object: Workflow;
  readonly keeping: Keeping;
}

const REQUESTS_AT_ONCE = 8;
/** Times a run is read again because somebody replaced its shards meanwhile. */
const READ_TRIES = 5;

/** Reads and writes runs, wherever their nodes are: on the object, compressed there, or in shards beside it. */
export class NodeKeeping {
  private readonly store: NodeStatusStore;
  private readonly limits: OffloadLimits & { readonly objectBytes: number };

  constructor(
    private readonly kube: KubeApi,
    private readonly options: NodeStatusOptions = {},
  ) {
    const { objectBytes = 1024 * 1024, changeBytes = 64 * 1024, shardNodes = 2000, shardBytes = 640 * 1024 } = options;
    this.store = options.store ?? new ConfigMapNodeStatusStore(kube);
    this.limits = { objectBytes, changeBytes, shard: { nodes: shardNodes, bytes: shardBytes } };
  }

  /** May be a later version than that of the object given. Throws KubeError, or NodesUnreadable. */
  async read(known: Workflow): Promise<RecordedRun> {
    let object = known;
    for (let attempt = 1; ; attempt++) {
      const { resourceVersion = '' } = object.metadata;
      if (!object.status?.offloadNodeStatusVersion) {
        const keeping: Keeping = { kind: object.status?.compressedNodes ? 'compressed' : 'whole' };
        return { state: hydrate(withNodes(object)), resourceVersion, keeping };
      }
      const { compressedNodes: _c, offloadNodeStatusVersion: _v, ...status } = object.status;
      const index = readIndex(object.status);
      const stored = await this.store.read(object.metadata);
      const nodes = index.assemble(stored);
      if (nodes) {
        const leftOver = await this.sweep(object, index.nodes, stored.keys());
        const state = hydrate({ ...object, status: { ...status, nodes } });
        return { state, resourceVersion, keeping: { ...index.nodes, leftOver } };
      }
      object = await this.current(object);
      const isUnchanged = object.metadata.resourceVersion === resourceVersion;
      if (isUnchanged || attempt === READ_TRIES)
        throw new NodesUnreadable('some of the offloaded nodes are gone: somebody deleted them');
    }
  }

  /**
   * Writes what a pass decided, if nobody has written the object since. Throws KubeError: Conflict when somebody has, so
   * that the pass is discarded with nothing done; NotFound when the object is gone. Nodes that no longer fit are written
   * compressed from then on, whole with every change; when that is too much, beside the object.
   */
  async write(writing: Writing): Promise<Written> {
    const { patch, before, state, keeping } = writing;
    const nodes = patch.status?.nodes;
    if (!nodes) return { object: await this.patch(writing, {}), keeping };
    if (keeping.kind === 'offloaded')
      return this.writeOffloaded(writing, withChanges(keeping, nodes, before, state), keeping);
    if (!this.options.alwaysOffload) {
      const written = (await this.writeWhole(writing)) ?? (await this.writeCompressed(writing));
      if (written) return written;
    }
    return this.writeOffloaded(writing, allChanged(state), NOTHING_OFFLOADED);
  }

  private async writeWhole(writing: Writing): Promise<Written | null> {
    const { patch, keeping } = writing;
    if (keeping.kind !== 'whole' || JSON.stringify(patch.status?.nodes).length > this.limits.objectBytes) return null;
    return whenItFits(async () => ({ object: await this.patch(writing, {}), keeping }));
  }

  private async writeCompressed(writing: Writing): Promise<Written | null> {
    const compressedNodes = await compressNodes(writing.state.nodes, this.options.compression);
    if (compressedNodes.length > this.limits.objectBytes) return null;
    const status = { ...writing.patch.status, nodes: null, compressedNodes };
    return whenItFits(async () => ({ object: await this.patch(writing, { status }), keeping: { kind: 'compressed' } }));
  }

  /** Shards first, then the object that says they count, then away with those that count no longer. */
  private async writeOffloaded(writing: Writing, next: OffloadedNodes, before: OffloadedNodes): Promise<Written> {
    const { patch, state, resourceVersion } = writing;
    const owner = state.workflow.metadata;
    const { nodes, shards, status: kept } = await offload(next, state, this.limits, resourceVersion);
    await forEachAtMost(REQUESTS_AT_ONCE, shards, ({ name, bytes }) => this.store.write(owner, name, bytes));
    const object = await this.patch(writing, { status: { ...patch.status, nodes: null, ...kept } });
    const counting = new Set(nodes.shards);
    const stale = [...before.shards, ...before.leftOver].filter((shard) => shard !== '' && !counting.has(shard));
    await this.discard(object, stale);
    const isFirst = before.shards.length === 0 && shards.length > 0;
    return { object, keeping: { ...nodes, leftOver: isFirst ? await this.sweepFirst(object, nodes) : [] } };
  }

  private patch({ patch, state, resourceVersion }: Writing, changes: object): Promise<Workflow> {
    const { name = '', namespace, uid } = state.workflow.metadata;
    // The uid keeps a patch meant for a deleted object away from a new one of the same name.
    const metadata = { ...patch.metadata, resourceVersion, uid };
    const ref = { type: resources.workflows, namespace, name };
    return this.kube.patch<Workflow>(ref, 'merge', { ...patch, ...changes, metadata });
  }

  /** Who reads an object without shards does not look for any. The write is done: nothing that fails here undoes it. */
  private async sweepFirst(object: Workflow, nodes: OffloadedNodes): Promise<readonly string[]> {
    try {
      return await this.sweep(object, nodes, (await this.store.read(object.metadata)).keys());
    } catch {
      return [];
    }
  }

  /**
   * Deletes what a crash or a lost race left behind. A shard that the object does not name, and that was meant for an
   * earlier version of it, will never be named: whoever wrote it would fail at that version.
   * @returns those that may still be named
   */
  private async sweep(seen: Workflow, { shards }: OffloadedNodes, present: Iterable<string>): Promise<string[]> {
    const counting = new Set(shards);
    const suspects = [...present].filter((shard) => !counting.has(shard));
    if (suspects.length === 0) return [];
    const object = await this.current(seen);
    const { offloadNodeStatusVersion } = object.status ?? {};
    const named = new Set(offloadNodeStatusVersion ? readIndex(object.status ?? {}).nodes.shards : []);
    const version = Number(object.metadata.resourceVersion);
    const isGarbage = (shard: string): boolean => !named.has(shard) && baseOf(shard) < version;
    await this.discard(object, suspects.filter(isGarbage));
    return suspects.filter((shard) => !isGarbage(shard));
  }

  /** What cannot be deleted now is found by the next one who reads the run, or goes with the object. */
  private async discard({ metadata }: Workflow, shards: readonly string[]): Promise<void> {
    await forEachAtMost(REQUESTS_AT_ONCE, shards, async (shard) => {
      await this.store.delete(metadata, shard).catch(() => undefined);
    });
  }

  private current({ metadata: { namespace, name = '' } }: Workflow): Promise<Workflow> {
    return this.kube.get<Workflow>({ type: resources.workflows, namespace, name });
  }
}

async function whenItFits(write: () => Promise<Written>): Promise<Written | null> {
  try {
    return await write();
  } catch (error) {
    if (isTooLarge(error)) return null;
    throw error;
  }
}

/** The API server's limit, or that of the database behind it. */
const isTooLarge = (error: unknown): boolean =>
  isKubeError(error) && (error.status === 413 || /request is too large|entity too large/i.test(error.message));
